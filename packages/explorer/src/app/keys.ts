/** The keys that work everywhere but where something is being typed. */
import type { Session } from "../state/session.ts";

export interface KeyHelp {
  readonly keys: string;
  readonly does: string;
}

export const KEY_HELP: readonly KeyHelp[] = [
  { keys: "← →", does: "the step before, the step after" },
  { keys: "↑ ↓", does: "the unit above, the unit below (by number; in States as they are sorted)" },
  { keys: "Shift + arrow", does: "ten at a time" },
  { keys: "Home, End", does: "the first step, the last step" },
  { keys: "[ ]", does: "the layer below, the layer above" },
  { keys: "Space", does: "play and pause" },
  { keys: "?", does: "this help" },
  { keys: "Escape", does: "close it" },
];

/** Listens until the page is left. */
export function listenToKeys(session: Session, help: () => void): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTaken(event.target, event.key)) return;
    const many = event.shiftKey ? 10 : 1;
    const { place, step } = session.state.cursor.peek();
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => session.move({ step: step - many }),
      ArrowRight: () => session.move({ step: step + many }),
      ArrowUp: () => session.moveUnit(-many),
      ArrowDown: () => session.moveUnit(many),
      Home: () => session.move({ step: 0 }),
      End: () => session.move({ step: Number.MAX_SAFE_INTEGER }),
      "[": () => session.move({ place: place - 1 }),
      "]": () => session.move({ place: place + 1 }),
      " ": () => {
        session.playing.value = !session.playing.peek();
      },
      "?": help,
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Whether the element under the focus has a use for the key itself. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("dialog[open]")) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !(target.type === "checkbox" && key !== " ");
  if (key === " ") return target.closest("button, a, summary, [role=slider], [role=tab]") !== null;
  return target.closest("[role=slider], [data-keys]") !== null;
}
