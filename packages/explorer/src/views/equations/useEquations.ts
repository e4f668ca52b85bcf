/** What is edited and what follows from it: checked in the worker a little after the last key, and trained from the beginning once it is a cell. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { Answer } from "../../compute/questions.ts";
import type { Session } from "../../state/session.ts";
import { useAnswer } from "../../state/useAnswer.ts";
import type { TrainingSettings } from "../../training/protocol.ts";
import { keyOf } from "../train/settings.ts";
import { EDITED, type EquationsOwn, equationsOwn, keepEquations } from "./own.ts";

const CHECK_AFTER_MS = 150;

export interface Equations {
  readonly own: EquationsOwn;
  readonly zoo: Answer<"zoo">;
  /** Of the unchanged cell. */
  readonly base: string;
  readonly baseGates: Answer<"equations">["gates"];
  /** As it is in the editor. */
  readonly text: string;
  /** Of what was last a cell. */
  readonly typeset: string | null;
  readonly gates: Answer<"equations">["gates"];
  readonly mistake: Answer<"equations">["mistake"];
  edit(text: string): void;
  choose(own: EquationsOwn): void;
  /** Another task or size of both, or another unchanged cell. */
  change(what: Partial<TrainingSettings>): void;
  restart(): void;
}

/** @returns null until the zoo is there. */
export function useEquations(session: Session): Equations | null {
  const { unchanged, edited } = session.training;
  const own = useComputed(() => equationsOwn(session));
  const zoo = useAnswer(session, "zoo", () => ({}));
  const base = useComputed(() => {
    const cells = zoo.value.value ?? [];
    return (cells.find(({ name }) => name === own.value.settings.cell) ?? cells.at(0))?.equations;
  });
  const baseAnswer = useAnswer(session, "equations", () =>
    base.value === undefined ? null : { equations: base.value },
  );
  // Before anything is edited, the unchanged cell without its first gate.
  const text = useComputed(
    () => own.value.equations ?? baseAnswer.value.value?.gates.at(0)?.without ?? base.value ?? "",
  );
  const checked = useSignal("");
  useSignalEffect(() => {
    const latest = text.value;
    const timer = setTimeout(() => {
      checked.value = latest;
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  });
  const answer = useAnswer(session, "equations", () =>
    checked.value === "" ? null : { equations: checked.value },
  );
  const typeset = useSignal<string | null>(null);
  const begun = useSignal("");
  const restart = (): void => {
    const { settings } = own.peek();
    session.playing.value = false;
    unchanged.start(settings);
    edited.start({ ...settings, cell: EDITED, equations: checked.peek() });
  };
  useSignalEffect(() => {
    const { value, busy } = answer.value;
    if (busy || !value || value.typeset === null || checked.value !== text.value) return;
    typeset.value = value.typeset;
    const { settings } = own.value;
    const key = `${keyOf(settings)} ${checked.value}`;
    if (begun.peek() === key) return;
    begun.value = key;
    // Whoever comes back finds the training where it was left.
    const running = edited.settings.peek();
    const isThere = running?.equations === checked.value && edited.status.peek() !== "none";
    const other = unchanged.settings.peek();
    if (isThere && other !== null && keyOf(other) === keyOf(settings)) return;
    restart();
  });
  if (!zoo.value.value || base.value === undefined || !baseAnswer.value.value) return null;
  return {
    own: own.value,
    zoo: zoo.value.value,
    base: base.value,
    baseGates: baseAnswer.value.value.gates,
    text: text.value,
    typeset: typeset.value,
    gates: answer.value.value?.gates ?? [],
    mistake: answer.value.value?.mistake ?? null,
    edit: (equations) => keepEquations(session, { ...own.peek(), equations }),
    choose: (next) => keepEquations(session, next),
    change(what) {
      const before = own.peek();
      const settings = { ...before.settings, ...what };
      // Another cell stands in the editor as it is, to be changed there.
      const isOther = settings.cell !== before.settings.cell;
      const cell = zoo.peek().value?.find(({ name }) => name === settings.cell);
      const equations = isOther && cell ? cell.equations : text.peek();
      keepEquations(session, { ...before, settings, equations });
    },
    restart,
  };
}
