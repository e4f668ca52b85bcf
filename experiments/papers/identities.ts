/**
 * Two identities that everything else stands on, through the real kernels: the pointwise product, and a matrix over two vectors side
 * by side, which is two matrices over one vector each.
 */
import {
  type Cell,
  createReferenceEngine,
  createWasmEngine,
  defineCell,
  type Engine,
  RandomStream,
  RecurrentNetwork,
  streamKey,
} from "../../packages/core/src/index.ts";
import { writeCellWeights } from "../../packages/core/src/layers/recurrent.ts";
import type { DoneRun, PaperTask, Report } from "../task.ts";

export type IdentitySettings = { readonly engine: "reference" | "wasm" };

export type IdentityResult = {
  /** [1 2 3 4 5 6] ∘ [1 1 1 0 0 1] as the engine has it. */
  readonly pointwise: readonly number[];
  /** m·x + c of one unit, for m = 2, x = 4, c = 3. */
  readonly line: number;
  /** Numbers compared, of W·[h, x] + b and of W_h·h + W_x·x + b, over all steps. */
  readonly compared: number;
  /** Of whole numbers, where every sum is exact: numbers that are not what they must be. */
  readonly wholeWrong: { readonly together: number; readonly apart: number };
  /** Of any numbers: those in which the two forms differ by a bit or more. */
  readonly realDiffering: number;
  /** Of any numbers: the largest difference of either form to sums in float64, as a share of the largest number. */
  readonly realError: number;
};

const VALUES = [1, 2, 3, 4, 5, 6];
const MASK = [1, 1, 1, 0, 0, 1];
const PRODUCT = [1, 2, 3, 0, 0, 6];
const LINE = { m: 2, x: 4, c: 3, y: 11 };

const POINTWISE = defineCell("a = W_a·x[t]\nb = W_b·x[t]\nh[t] = a * b");
const AFFINE = defineCell("h[t] = W·x[t] + b");
const TOGETHER = defineCell("h[t] = W·[h[t-1], x[t]] + b");
const APART = defineCell("h[t] = W_h·h[t-1] + W_x·x[t] + b");

const [UNITS, INPUTS, STEPS] = [6, 5, 4];
/** Of a float32: sums of eleven products, a few of its steps of 6e-8. */
const CLOSE = 1e-6;

export const identities: PaperTask<IdentitySettings, IdentityResult> = {
  name: "identities",
  title: "The pointwise product, and a matrix over two vectors side by side",
  about:
    "[1 2 3 4 5 6] ∘ [1 1 1 0 0 1], m·x + c, and W·[h, x] + b = W_h·h + W_x·x + b, as cells of a few equations on the reference engine (float64) and on the wasm engine (float32, SIMD).",
  source: "Arithmetic",
  criterion:
    "Exact where whole numbers make every sum exact in any order; of other numbers the two forms have the same bits, and differ from sums in float64 by rounding alone.",
  published: [],
  runs: () =>
    (["reference", "wasm"] as const).map((engine) => ({ key: engine, settings: { engine } })),
  async run({ engine: name }) {
    const engine = name === "wasm" ? createWasmEngine() : createReferenceEngine();
    const unit = (columns: number, first: number) =>
      matrix(VALUES.length, columns, (row, column) => (column === first + row ? 1 : 0));
    const [pointwise] = run(engine, POINTWISE, VALUES.length, [[...VALUES, ...MASK]], {
      W_a: unit(2 * VALUES.length, 0),
      W_b: unit(2 * VALUES.length, VALUES.length),
    });
    const [[line]] = run(engine, AFFINE, 1, [[LINE.x]], { W: [LINE.m], b: [LINE.c] });
    const stream = new RandomStream(streamKey(1, "identities"));
    const whole = compareForms(engine, () => stream.integer(5) - 2);
    const real = compareForms(engine, () => 2 * stream.uniform() - 1);
    return {
      pointwise,
      line,
      compared: whole.exact.length,
      wholeWrong: {
        together: countDiffering(whole.together, whole.exact),
        apart: countDiffering(whole.apart, whole.exact),
      },
      realDiffering: countDiffering(real.together, real.apart),
      realError: Number(
        Math.max(farthest(real.together, real.exact), farthest(real.apart, real.exact)).toPrecision(
          2,
        ),
      ),
    };
  },
  report,
};

/** Both forms with the same weights on the same inputs, every step's output; and the sums in float64 by a plain loop. */
function compareForms(engine: Engine, draw: () => number) {
  // As float32 has them, so that both engines begin with the same numbers.
  const numbers = (count: number) => Array.from({ length: count }, () => Math.fround(draw()));
  const inputs = Array.from({ length: STEPS }, () => numbers(INPUTS));
  const recurrent = numbers(UNITS * UNITS);
  const feeding = numbers(UNITS * INPUTS);
  const b = numbers(UNITS);
  const joined = matrix(UNITS, UNITS + INPUTS, (row, column) =>
    column < UNITS ? recurrent[row * UNITS + column] : feeding[row * INPUTS + column - UNITS],
  );
  let h: readonly number[] = new Array<number>(UNITS).fill(0);
  const exact = inputs.flatMap((x) => {
    h = b.map((bias, row) => {
      const fromState = h.reduce((sum, value, k) => sum + recurrent[row * UNITS + k] * value, 0);
      return x.reduce((sum, value, k) => sum + feeding[row * INPUTS + k] * value, fromState) + bias;
    });
    return h;
  });
  const together = run(engine, TOGETHER, UNITS, inputs, { W: joined, b }).flat();
  const apart = run(engine, APART, UNITS, inputs, { W_h: recurrent, W_x: feeding, b }).flat();
  return { exact, together, apart };
}

/** A cell's output at every step, its parameters given by name, row by row. */
function run(
  engine: Engine,
  cell: Cell,
  hiddenSize: number,
  inputs: readonly (readonly number[])[],
  parameters: Readonly<Record<string, readonly number[]>>,
): number[][] {
  const inputSize = inputs[0].length;
  const network = new RecurrentNetwork({ cell, inputSize, hiddenSize }, engine.precision);
  const named = ({ name }: { readonly name: string }) => Float64Array.from(parameters[name]);
  const { matrices, vectors } = cell.program;
  const weights = { matrices: matrices.map(named), vectors: vectors.map(named) };
  writeCellWeights(network.layers[0], network.parameters, weights, network.weights);
  const { outputs } = network.run(engine, inputs.flat(), { steps: inputs.length, batch: 1 });
  return inputs.map((_, step) =>
    Array.from(outputs.subarray(step * hiddenSize, (step + 1) * hiddenSize)),
  );
}

const matrix = (rows: number, columns: number, at: (row: number, column: number) => number) =>
  Array.from({ length: rows * columns }, (_, index) =>
    at(Math.floor(index / columns), index % columns),
  );

const countDiffering = (some: readonly number[], others: readonly number[]): number =>
  some.filter((value, index) => value !== others[index]).length;

function farthest(some: readonly number[], others: readonly number[]): number {
  const largest = others.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return some.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0) / largest;
}

function report(done: readonly DoneRun<IdentitySettings, IdentityResult>[]): Report {
  const onEach = (text: (result: IdentityResult) => string): string =>
    done.map(({ key, result }) => `${key}: ${text(result)}`).join("; ");
  return {
    verdicts: [
      {
        asked:
          "[1 2 3 4 5 6] ∘ [1 1 1 0 0 1] = [1 2 3 0 0 6] and 2·4 + 3 = 11, exactly, on each engine",
        measured: onEach(({ pointwise, line }) => `[${pointwise.join(" ")}]; ${line}`),
        reached: done.every(
          ({ result: { pointwise, line } }) =>
            countDiffering(pointwise, PRODUCT) === 0 && line === LINE.y,
        ),
      },
      {
        asked:
          "W·[h, x] + b = W_h·h + W_x·x + b on each engine: exact of whole numbers; of others the same bits in both forms, and rounding alone",
        measured: onEach(
          ({ wholeWrong, realDiffering, realError, compared }) =>
            `of ${compared} numbers ${wholeWrong.together} and ${wholeWrong.apart} differ from the exact sums; of other numbers ${realDiffering} differ between the forms, and sums in float64 are ${realError} away, as a share of the largest`,
        ),
        reached: done.every(
          ({ result: { wholeWrong, realDiffering, realError } }) =>
            wholeWrong.together === 0 &&
            wholeWrong.apart === 0 &&
            realDiffering === 0 &&
            realError < CLOSE,
        ),
      },
    ],
    tables: [
      {
        title: "Numbers compared, of both forms over four steps",
        columns: [
          ...["engine", "numbers", "whole: wrong together", "whole: wrong apart"],
          ...["others: different bits", "others: largest error"],
        ],
        rows: done.map(({ key, result: { compared, wholeWrong, realDiffering, realError } }) =>
          [key, compared, wholeWrong.together, wholeWrong.apart, realDiffering, realError].map(
            String,
          ),
        ),
      },
    ],
    figures: [],
    notes: [
      "Whole numbers from −2 to 2 over four steps: no sum comes near 2²⁴, so that float32 holds each, in whatever order it is added up. Other numbers, in [−1, 1), are rounded at every addition: there “equal” can only mean that both forms are computed in the same order, which they are, since a concatenation is never made: its matrix is split into blocks.",
    ],
  };
}
