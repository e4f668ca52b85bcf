/**
 * The engine that a resumed run goes on with. By itself it is the very one that the run began with, so that the end is as if nothing
 * had happened; another one, and be it the same library in another version, has to be asked for.
 */
import { CellstateError } from "@cellstate/core";
import {
  chooseEngine,
  type EngineChoice,
  findBlasEngine,
  findBlasEngineNamed,
} from "../engine/choose.ts";
import type { EngineAsked, EngineKind } from "../engine/kinds.ts";
import { shownPath } from "../files/fileError.ts";

export interface Began {
  readonly kind: EngineKind;
  /** With a library's name and version. */
  readonly name: string;
}

/**
 * @param path The checkpoint's, for messages.
 * @throws CellstateError `resume` where the run's own engine cannot be had and no other was asked for; `engine` where the one
 *   that was asked for is not there.
 */
export function chooseToGoOn(
  asked: EngineAsked | undefined,
  began: Began,
  path: string,
): EngineChoice {
  const { kind, name } = began;
  const own = asked === undefined || asked === "auto";
  const engine = own ? kind : asked;
  if (engine !== "blas") return chooseEngine({ engine });
  const found = kind === "blas" ? findBlasEngineNamed(name) : findBlasEngine();
  if (found.choice && (!own || found.choice.name === name)) return found.choice;
  if (!own) return chooseEngine({ engine });
  const here = found.choice
    ? `here is ${found.choice.name}; --engine blas goes on with that, --engine wasm without`
    : `here ${found.reason}: ${found.advice}; --engine wasm goes on without`;
  throw new CellstateError(
    "resume",
    `${shownPath(path)}: that run computes with ${name}, and ${here} (the last digits will differ)`,
  );
}
