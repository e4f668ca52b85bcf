/** The equations that are edited, in the link and out of it. */
import { batch } from "@preact/signals";
import type { Session } from "../../state/session.ts";
import type { TrainingSettings } from "../../training/protocol.ts";
import { ownOf, textIn } from "../measures/own.ts";
import { ownFrom, paceOf, settingsOf } from "../train/settings.ts";

/** Of the cell that is edited: a name for files. */
export const EDITED = "edited";

export interface EquationsOwn {
  /** Of both: its cell is the unchanged one. */
  readonly settings: TrainingSettings;
  /** Null where nobody has edited any yet. */
  readonly equations: string | null;
  readonly pace: ReturnType<typeof paceOf>;
}

export function equationsOwn(session: Session): EquationsOwn {
  const own = ownOf(session, "equations");
  const equations = textIn(own, "equations");
  const settings = { ...settingsOf(own, session.training.text.value), threads: 1 };
  return { settings, equations, pace: paceOf(own, "steady") };
}

export function keepEquations(session: Session, { settings, equations, pace }: EquationsOwn): void {
  const more = { pace: pace.id, ...(equations === null ? {} : { equations }) };
  batch(() => {
    session.training.text.value = settings.text;
    session.remember("equations", ownFrom(settings, more));
  });
}
