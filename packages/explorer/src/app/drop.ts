/** Files that are dropped anywhere on the page, or chosen by the button: models are opened, texts are read. */
import { messageOf, type Session } from "../state/session.ts";

/** Characters of a text that are read: the trace of more would not fit beside the page (12 MB a signal of 512 units at 6,000 steps). */
export const MOST_CHARACTERS = 6_000;

/** Bytes of a model's file: larger ones would take more memory than a tab has. */
const LARGEST_MODEL = 1_000_000_000;

export function listenToDrops(session: Session): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void takeFile(session, file);
  });
}

/** Says in the page what is wrong with a file; never throws. */
export async function takeFile(session: Session, file: File): Promise<void> {
  try {
    if (/\.safetensors$/i.test(file.name)) {
      if (file.size > LARGEST_MODEL) {
        const most = `${LARGEST_MODEL / 1e9} GB`;
        throw new Error(
          `${file.name}: a model of ${(file.size / 1e9).toFixed(1)} GB; a page opens ${most} at most`,
        );
      }
      await session.openFile(new Uint8Array(await file.arrayBuffer()), file.name);
      return;
    }
    const head = new Uint8Array(await file.slice(0, 4 * MOST_CHARACTERS).arrayBuffer());
    if (head.includes(0)) {
      throw new Error(`${file.name}: neither a model (.safetensors) nor a text`);
    }
    readText(session, new TextDecoder().decode(head), file.name, file.size > head.length);
  } catch (error) {
    session.notify("error", messageOf(error));
  }
}

/** Makes a text the input, as much of it as can be looked at. */
export function readText(session: Session, text: string, name: string, isCut = false): void {
  const kept = upTo(text, MOST_CHARACTERS);
  if (isCut || kept.length < text.length) {
    session.notify(
      "note",
      `${name} is longer than can be looked at at once: the first ${kept.length.toLocaleString("en")} characters are read`,
    );
  }
  session.state.input.value = { kind: "text", text: kept };
}

/** Ends between two words where it can: half a word is one that no model knows. */
function upTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most + 1);
  const end = head.search(/\s\S*$/);
  return end > 0 ? head.slice(0, end) : head.slice(0, most);
}
