/** Files that are dropped anywhere on the page, or chosen by the button: models are opened, texts are read. */
import { messageOf, type Session } from "../state/session.ts";

/** Characters of a text that are read: the trace of more would not fit beside the page (12 MB a signal of 512 units at 6,000 steps). */
export const MOST_CHARACTERS = 6_000;

/** Of numbers: a link still holds them. */
const MOST_OF_NUMBERS = 100_000;

/** Bytes of a text of which all is looked at; of a longer one the beginning. */
const LARGEST_TEXT = 4_000_000;

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
    const head = new Uint8Array(await file.slice(0, LARGEST_TEXT).arrayBuffer());
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
  const reads = session.model.peek()?.reads ?? "text";
  const kept = CUTS[reads](text);
  if (isCut || kept.length < text.length) {
    session.notify(
      "note",
      `${name} is longer than can be looked at at once: ${reads === "table" ? "the last rows" : `the first ${kept.length.toLocaleString("en")} characters`} are read`,
    );
  }
  session.state.input.value = { kind: "text", text: kept };
}

const CUTS = {
  text: (text: string) => upTo(text, MOST_CHARACTERS),
  rows: (text: string) => wholeLines(text, 0, MOST_OF_NUMBERS),
  /** The names, and the newest rows: a forecast follows upon them. */
  table: (text: string) => {
    if (text.length <= MOST_OF_NUMBERS) return text;
    const names = text.slice(0, text.indexOf("\n") + 1);
    const rows = text.slice(names.length);
    return names + wholeLines(rows, rows.length - MOST_OF_NUMBERS, rows.length);
  },
} as const;

/** Lines that stand between two places. */
function wholeLines(text: string, from: number, to: number): string {
  if (from <= 0 && to >= text.length) return text;
  const start = from <= 0 ? 0 : text.indexOf("\n", from) + 1;
  const end = to >= text.length ? text.length : text.lastIndexOf("\n", to);
  return end > start ? text.slice(start, end) : text.slice(Math.max(0, from), to);
}

/** Ends between two words where it can: half a word is one that no model knows. */
function upTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most + 1);
  const end = head.search(/\s\S*$/);
  return end > 0 ? head.slice(0, end) : head.slice(0, most);
}
