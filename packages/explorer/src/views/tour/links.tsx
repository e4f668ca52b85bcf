/** What stands in the tour's prose: places that a reader can go to, and numbers that the model has there. */
import type { ComponentChildren } from "preact";
import { figure } from "../../app/summaryWords.ts";
import type { Session } from "../../state/session.ts";
import { aboutInput, useAnswer } from "../../state/useAnswer.ts";

export interface Spot {
  readonly step?: number;
  readonly unit?: number;
  readonly signal?: string;
}

export interface GoProps extends Spot {
  readonly session: Session;
  readonly children: ComponentChildren;
}

/** Moves the cursor, and the figure with it. */
export function Go({ session, signal, children, ...to }: GoProps) {
  return (
    <button
      type="button"
      class="go"
      onClick={() => {
        session.move(to);
        if (signal) session.state.signal.value = signal;
      }}
    >
      {children}
    </button>
  );
}

export interface ValueProps {
  readonly session: Session;
  readonly signal: string;
  readonly step: number;
  readonly unit: number;
}

/** The number itself, computed here and now: not one of it is typed. */
export function Value({ session, signal, step, unit }: ValueProps) {
  const answer = useAnswer(session, "unit", () => aboutInput(session, { place: 0, unit, step }));
  const found = answer.value.value?.find(({ name }) => name === signal);
  return <strong>{found ? figure(found.value) : "…"}</strong>;
}
