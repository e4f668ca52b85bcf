/** What the model above is compared with: another model or the same, reading another input or the same. Both are kept in the link. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { OpenModel, Read, Reads } from "../../compute/questions.ts";
import { BUILT_IN_NAMES } from "../../state/builtIn.ts";
import { digestOf } from "../../state/digest.ts";
import type { PageInput } from "../../state/page.ts";
import { messageOf, type Session } from "../../state/session.ts";
import { keepOwn, numberIn, ownOf, textIn } from "../measures/own.ts";
import { textRead, typedInput } from "../measures/texts.ts";
import { type Beside, useBuiltIn } from "../measures/useBuiltIn.ts";

export interface Second {
  readonly model: OpenModel | null;
  readonly input: PageInput;
  readonly error: string | null;
  /** Whether the model is the first one. */
  readonly isSame: boolean;
}

export function useSecond(session: Session): ReadonlySignal<Second> {
  const beside = useBuiltIn(session, () => {
    const name = textIn(ownOf(session, "compare"), "model");
    return BUILT_IN_NAMES.find((each) => each === name) ?? null;
  });
  const file = useFile(session);
  const second = useSignal<Second>(secondOf(session, beside.peek(), file.peek()));
  useSignalEffect(() => {
    second.value = secondOf(session, beside.value, file.value);
  });
  return second;
}

/** About both; null until they are there. */
export function readOf({ model, input }: Second): Read | null {
  return model && { model: model.id, input };
}

/** Opens a file as the second model. */
export async function openSecond(session: Session, given: File): Promise<void> {
  const bytes = new Uint8Array(await given.arrayBuffer());
  const id = await digestOf(bytes);
  const { name } = given;
  await session.ask("open", { id, bytes, name, title: name, samples: [] });
  keepOwn(session, "compare", { model: id, file: name });
}

function secondOf(session: Session, beside: Beside, file: Beside): Second {
  const own = ownOf(session, "compare");
  const name = textIn(own, "model");
  const other = name === null ? null : textIn(own, "file") === null ? beside : file;
  const input = inputOf(session, other);
  if (other === null) {
    return { model: session.model.value, input, error: null, isSame: true };
  }
  const { model, error } = other;
  return { model, input, error, isSame: model?.id === session.model.value?.id };
}

/** What was typed or chosen; else what the first reads, or for one model twice something that differs a little from it. */
function inputOf(session: Session, other: Beside | null): PageInput {
  const own = ownOf(session, "compare");
  const typed = textIn(own, "text");
  const first = session.state.input.value;
  if (first.kind === "text" || textRead(session) !== null) {
    const text = typedInput(session) ?? "";
    const isText = session.model.value?.reads === "text";
    const altered = isText ? alteredText(text) : alteredLines(text, session.model.value?.reads);
    return { kind: "text", text: typed ?? (other === null ? altered : text) };
  }
  const count = session.builtIn.value?.samples.length ?? 1;
  const sample = numberIn(own, "sample") ?? (other === null ? first.sample + 1 : first.sample);
  return { kind: "sample", sample: Math.abs(Math.trunc(sample)) % count };
}

/** Another name in the story; of another text all but its first word. */
function alteredText(text: string): string {
  if (text.includes("Krish")) return text.replaceAll("Krish", "Asha");
  const after = text.indexOf(" ");
  return after < 0 ? text.slice(1) : text.slice(after + 1);
}

/** Numbers without their first step; of a table the line of names stays. */
function alteredLines(text: string, reads: Reads | undefined): string {
  const lines = text.split("\n");
  const kept = reads === "table" ? [lines[0], ...lines.slice(2)] : lines.slice(1);
  return kept.join("\n");
}

/** A file that was opened before; a link alone does not have it. */
function useFile(session: Session): ReadonlySignal<Beside> {
  const none: Beside = { model: null, about: null, error: null };
  const file = useSignal(none);
  useSignalEffect(() => {
    const own = ownOf(session, "compare");
    const [id, name] = [textIn(own, "model"), textIn(own, "file")];
    if (id === null || name === null) {
      file.value = none;
      return;
    }
    // What is open already is not read again: no bytes are needed.
    const ask = { id, bytes: new Uint8Array(), name, title: name, samples: [] };
    session.ask("open", ask).then(
      (model) => {
        file.value = { ...none, model };
      },
      (error: unknown) => {
        const why = `${name} is not open: choose the file again`;
        file.value = { ...none, error: `${why} (${messageOf(error)})` };
      },
    );
  });
  return file;
}
