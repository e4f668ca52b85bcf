/** Play, pause, one update, anew; and how fast. */
import type { Session } from "../../state/session.ts";
import type { LiveTraining } from "../../training/live.ts";
import { PACES, type PaceId } from "./settings.ts";

export interface ControlsProps {
  readonly session: Session;
  readonly trainings: readonly LiveTraining[];
  readonly pace: PaceId;
  onPace(pace: PaceId): void;
  onReset(): void;
}

export function Controls({ session, trainings, pace, onPace, onReset }: ControlsProps) {
  const isOver = trainings.every(({ status }) => ["done", "failed", "none"].includes(status.value));
  const { playing } = session;
  return (
    <div class="train-controls">
      <button
        type="button"
        class="train-play"
        disabled={isOver}
        onClick={() => {
          playing.value = !playing.peek();
        }}
      >
        {playing.value ? "Pause" : "Play"}
      </button>
      <button
        type="button"
        disabled={isOver}
        onClick={() => {
          playing.value = false;
          for (const training of trainings) training.stepOnce();
        }}
      >
        One update
      </button>
      <button type="button" onClick={onReset}>
        Begin anew
      </button>
      <label>
        speed{" "}
        <select
          value={pace}
          onChange={({ currentTarget: { value } }) => {
            const chosen = PACES.find(({ id }) => id === value);
            if (chosen) onPace(chosen.id);
          }}
        >
          {PACES.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
