/** A checkpoint becomes the model that every view shows. */
import { messageOf, type Session } from "../../state/session.ts";
import type { LiveTraining } from "../../training/live.ts";
import type { Checkpoint } from "../../training/protocol.ts";
import { grouped } from "./words.ts";

/**
 * @param title Of the training: `Counting`. Its checkpoints read on what the one before read; the first of them, the training's own example.
 * @returns what was done, to be said; empty where it could not be.
 */
export async function openCheckpoint(
  session: Session,
  training: LiveTraining,
  { step, bytes }: Checkpoint,
  title: string,
): Promise<string> {
  const name = `${title}, update ${grouped(step)}`;
  const before = session.state.model.peek();
  const isSame = before.kind === "file" && before.name.startsWith(`${title}, update `);
  const example = isSame ? null : (training.about.peek()?.example ?? null);
  try {
    await session.openFile(bytes.slice(), name, example);
    return `All views now show ${name}.`;
  } catch (error) {
    session.notify("error", messageOf(error));
    return "";
  }
}
