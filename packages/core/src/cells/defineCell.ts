/** Where equations become a cell. */
import { analyse } from "./analyse.ts";
import { assemble } from "./assemble.ts";
import type { Cell, CellAbout } from "./cell.ts";
import { differentiate } from "./differentiate.ts";
import { findGates } from "./gates.ts";
import { readInitials } from "./initials.ts";
import { parseEquations } from "./parse.ts";
import type { SignalNames } from "./signalNames.ts";

type Derived = Omit<Cell, keyof CellAbout>;

/** The newest texts and what followed from them: the same text gives the same program, so that engines compile it once. */
const analysed = new Map<string, Derived>();
const MOST_KEPT = 64;

/**
 * A cell from its equations.
 *
 * @param equations One signal a line; `x[t]` is the input, `h[t]` the output, a name with `[t]` on the left is carried
 *   from step to step. The grammar stands in parse.ts, the functions in functions.ts. From a literal, the type knows the names.
 * @param about What to call it: by default `custom`.
 * @throws EquationError (a CellstateError of code `equation`) with line and column of the first mistake.
 *
 * @example
 * const leaky = defineCell(`
 *   k = sigmoid(b_k)                                  # how much to keep
 *   h[t] = k * h[t-1] + (1 - k) * tanh(W·x[t] + b_h)
 * `);
 */
export function defineCell<const Text extends string>(
  equations: Text,
  about: Partial<CellAbout> = {},
): Cell<SignalNames<Text>> {
  let derived = analysed.get(equations);
  if (!derived) {
    derived = derive(equations);
    for (const oldest of analysed.keys()) {
      if (analysed.size < MOST_KEPT) break;
      analysed.delete(oldest);
    }
    analysed.set(equations, derived);
  }
  const names = { name: "custom", title: "A cell of one's own", source: "", ...about };
  // The parser found these names in the same text that SignalNames reads: no narrowing could show it.
  return { ...names, ...(derived as Omit<Cell<SignalNames<Text>>, keyof CellAbout>) };
}

function derive(equations: string): Derived {
  const statements = parseEquations(equations);
  const draft = analyse(statements);
  const gates = findGates(draft);
  const program = assemble(draft, differentiate(draft));
  return {
    equations,
    program,
    signalNames: program.signals.map((signal) => signal.name),
    initial: readInitials(statements, draft, program, gates),
    ...gates,
    biases: draft.vectors.flatMap((vector, index) => (vector.multiplied ? [] : [index])),
  };
}
