/** Space and the button play one or two trainings; leaving the view pauses them. */
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Session } from "../../state/session.ts";
import type { LiveTraining } from "../../training/live.ts";

export function usePlaying(
  session: Session,
  trainings: readonly LiveTraining[],
  perSecond: () => number | null,
): void {
  const { playing } = session;
  useEffect(() => {
    playing.value = false;
    return () => {
      playing.value = false;
      for (const training of trainings) training.pause();
    };
  }, []);
  useSignalEffect(() => {
    const pace = perSecond();
    if (playing.value) for (const training of trainings) training.play(pace);
    else for (const training of trainings) training.pause();
  });
  useSignalEffect(() => {
    const isOver = trainings.every(({ status }) =>
      ["done", "failed", "none"].includes(status.value),
    );
    if (isOver) playing.value = false;
  });
}
