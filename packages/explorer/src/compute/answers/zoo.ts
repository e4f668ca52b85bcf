import { ZOO } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

/** Cells with a projection are left out: they need a width of their own. */
export function answerZoo(_: Library, __: Ask<"zoo">): Answer<"zoo"> {
  return ZOO.filter(({ program }) => program.states.every(({ width }) => width === "units")).map(
    ({ name, title, note, equations }) => ({
      name,
      title,
      note: note ?? null,
      equations: equations.trim(),
    }),
  );
}
