/** A model that the page brings along, opened beside the person's own. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { OpenModel } from "../../compute/questions.ts";
import { type BuiltIn, readBuiltIn } from "../../state/builtIn.ts";
import { messageOf, type Session } from "../../state/session.ts";

export interface Beside {
  readonly model: OpenModel | null;
  readonly about: BuiltIn | null;
  readonly error: string | null;
}

const NONE: Beside = { model: null, about: null, error: null };

/** @param nameOf Reads signals; null for none. */
export function useBuiltIn(session: Session, nameOf: () => string | null): ReadonlySignal<Beside> {
  const beside = useSignal<Beside>(NONE);
  const wanted = useSignal<string | null>(null);
  useSignalEffect(() => {
    const name = nameOf();
    wanted.value = name;
    if (name === null) {
      beside.value = NONE;
      return;
    }
    openBuiltIn(session, name).then(
      (opened) => {
        if (wanted.peek() === name) beside.value = opened;
      },
      (error: unknown) => {
        if (wanted.peek() === name) beside.value = { ...NONE, error: messageOf(error) };
      },
    );
  });
  return beside;
}

async function openBuiltIn(session: Session, name: string): Promise<Beside> {
  const { about, bytes } = await readBuiltIn(name);
  const { title, samples } = about;
  const file = `${name}.safetensors`;
  const model = await session.ask("open", { id: name, bytes, name: file, title, samples });
  return { model, about, error: null };
}
