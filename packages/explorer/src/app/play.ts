/** Lets time run: while the session plays, the cursor goes on step by step, until the end. Live training has its own use of it. */
import { effect } from "@preact/signals";
import type { Session } from "../state/session.ts";

const STEP_MS = 300;
/** For whoever wants little motion: slow enough to be read as single steps. */
const CALM_STEP_MS = 1200;

export function playSteps(session: Session): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  effect(() => {
    const { view } = session.state;
    if (!session.playing.value || view.value === "train" || view.value === "equations") return;
    const timer = setInterval(
      () => {
        const { step } = session.state.cursor.peek();
        session.move({ step: step + 1 });
        if (session.state.cursor.peek().step === step) session.playing.value = false;
      },
      calm.matches ? CALM_STEP_MS : STEP_MS,
    );
    return () => clearInterval(timer);
  });
}
