/** One example of many, cut into the windows that a plan has room for; and what is answered window by window, in one again. */
import type { Examples, NetworkOutput, Sequences, WrittenOutput } from "../data/examples.ts";
import type { SubjectWindow } from "./subject.ts";

/** The one example alone, without a weight. */
export function onlyOne({ input, known, target }: Examples, example: number): Examples {
  return {
    count: 1,
    input: sequencesOf(input, example),
    known: known && { ...stepsOf(known, example), kind: known.kind, width: known.width },
    target: target && sequencesOf(target, example),
  };
}

function sequencesOf(all: Sequences, example: number): Sequences {
  const steps = stepsOf(all, example);
  return all.kind === "tokens"
    ? { ...steps, kind: all.kind, size: all.size }
    : { ...steps, kind: all.kind, width: all.width };
}

function stepsOf(all: Sequences, example: number): Pick<Sequences, "steps" | "copy"> {
  return {
    steps: () => all.steps(example),
    copy: (_, into, at, stride) => all.copy(example, into, at, stride),
  };
}

/**
 * What each window reads of the one example.
 *
 * @param isAligned Whether the target has a step for each of the input; else every window is told the whole target.
 * @param most Steps of a window at most. An example that is no longer is not copied.
 */
export function partsOf(
  one: Examples,
  isAligned: boolean,
  most: number,
): (window: SubjectWindow) => Examples {
  if (one.input.steps(0) <= most) return () => one;
  const input = cutter(one.input);
  const target = isAligned && one.target ? cutter(one.target) : () => one.target;
  return (window) => ({ count: 1, input: input(window), known: null, target: target(window) });
}

/** Sequences are copied whole: so this one once, into a memory from which its parts are. */
function cutter(of: Sequences): (window: SubjectWindow) => Sequences {
  const width = of.kind === "tokens" ? 1 : of.width;
  const count = of.steps(0) * width;
  const whole = of.kind === "tokens" ? new Int32Array(count) : new Float64Array(count);
  of.copy(0, whole, 0, width);
  return ({ start, steps }) => ({
    ...of,
    steps: () => steps,
    copy: (_, into, at, stride) => {
      for (let t = 0; t < steps; t++) {
        for (let k = 0; k < width; k++) into[at + t * stride + k] = whole[(start + t) * width + k];
      }
    },
  });
}

/** What is answered in a window. */
export interface AnswerPart {
  readonly losses: Float64Array;
  readonly output: NetworkOutput | WrittenOutput;
}

/** The answers of windows that follow each other. */
export function joined(parts: readonly AnswerPart[]): AnswerPart {
  const [first] = parts;
  if (parts.length === 1 || "tokens" in first.output) return first;
  const outputs = parts.flatMap(({ output }) => ("heads" in output ? [output] : []));
  const heads = first.output.heads.map((_, head) => {
    const size = outputs.reduce((sum, { heads: of }) => sum + of[head].length, 0);
    const all = new Float32Array(size);
    let at = 0;
    for (const { heads: of } of outputs) {
      all.set(of[head], at);
      at += of[head].length;
    }
    return all;
  });
  const steps = outputs.reduce((sum, of) => sum + of.steps, 0);
  const losses = new Float64Array(steps);
  let at = 0;
  for (const part of parts) {
    losses.set(part.losses, at);
    at += part.losses.length;
  }
  return { losses, output: { steps, heads } };
}
