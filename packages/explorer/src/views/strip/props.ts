/** What text and series are shown from. */
import type { FittedSignal, PlaceCell, Reading } from "../../compute/questions.ts";
import type { Session } from "../../state/session.ts";

export interface StripProps {
  readonly session: Session;
  readonly value: FittedSignal;
  readonly reading: Reading;
  readonly signal: PlaceCell["signals"][number];
}
