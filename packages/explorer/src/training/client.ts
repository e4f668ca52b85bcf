/** The page's side of live training: what runs, and what came of it so far. */
import { signal } from "@preact/signals";

export class Training {
  readonly running = signal(false);
}
