/** Is a cell's derivative right? Its gradients on the reference engine, against central differences over several steps. */
import type { Cell } from "../cells/cell.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import { initialState, layoutCell, positions, type Sizes, storedMatrix } from "./cellTensors.ts";
import {
  checkGradients,
  type GradientCheckSettings,
  type GradientGroup,
  type GradientReport,
} from "./checkGradients.ts";
import type { Tensor } from "./engine.ts";
import { Layout } from "./layout.ts";
import { createReferenceEngine } from "./reference/index.ts";

export interface CellGradientCheckOptions extends GradientCheckSettings {
  /** @default 3, or as many as the output where the equations tie x[t] to it */
  readonly inputSize?: number;
  /** @default 4 */
  readonly hiddenSize?: number;
  /** Size of the output of a cell with a projection. @default 2 */
  readonly projectionSize?: number;
  /** @default 4 */
  readonly steps?: number;
  /** Sequences. @default 2 */
  readonly batch?: number;
  /** Steps of each sequence, one number a sequence. @default all have `steps` */
  readonly lengths?: readonly number[];
  /** Of weights, inputs, initial states and masks. @default 1 */
  readonly seed?: number;
}

/**
 * Compares every gradient of a cell (matrices, vectors, inputs, initial states) with central differences in float64.
 *
 * The loss is a random linear function of all outputs and of all states after each sequence's last step.
 *
 * @param cell Any cell, the zoo's or one's own, with masks or without: they hold random numbers in [0, 1].
 * @returns The largest relative error, where it is, and whether it is within the tolerance.
 * @throws RangeError where `lengths` are not one for each sequence, from 0 to all steps.
 *
 * @example
 * const { passed, worst } = gradientCheck(myCell);
 */
export function gradientCheck(cell: Cell, options: CellGradientCheckOptions = {}): GradientReport {
  const { steps = 4, batch = 2, lengths, seed = 1 } = options;
  const { program } = cell;
  const isLength = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= steps;
  if (lengths && !(lengths.length === batch && lengths.every(isLength))) {
    const got = `[${lengths.join(", ")}]`;
    throw new RangeError(`lengths: expected ${batch} integers from 0 to ${steps}, got ${got}`);
  }
  const sizes = sizesOf(cell, options);
  const layout = new Layout();
  const spec = layoutCell(layout, program, sizes, {
    ...{ steps, batch, training: true },
    lengths: lengths !== undefined,
  });
  const { input, training } = spec;
  if (!training || !("width" in input))
    throw new TypeError("expected a plan that trains on vectors");
  const plan = createReferenceEngine().compile({
    steps,
    batch,
    size: layout.size,
    operations: [spec],
  });
  const span = { steps, batch };

  const random = new RandomStream(streamKey(seed, "gradientCheck"));
  const fill = (tensor: Tensor, middle: number): void => {
    for (const at of positions(tensor)) plan.numbers[at] = middle + 2 * random.uniform() - 1;
  };
  const begin = spec.states.map((state) => initialState(state, batch));
  for (const tensor of [...spec.weights, ...spec.vectors, input]) fill(tensor, 0);
  for (const mask of spec.masks ?? []) {
    for (const at of positions(mask)) plan.numbers[at] = random.uniform();
  }
  if (spec.lengths && lengths) plan.integers.set(lengths, spec.lengths.offset);
  begin.forEach((state, s) => {
    fill(state, program.states[s].initial);
  });
  // The loss's coefficients: of each output, and of each state where the sequence ends.
  fill(training.outputGradient, 0);
  for (const tensor of training.stateGradients) fill(tensor, 0);

  /** The row after each sequence's last step, where it has none the one before the first. */
  const lastRows = Array.from({ length: batch }, (_, b) => {
    return ((lengths?.[b] ?? steps) - 1) * batch + b;
  });
  const lastPositions = ({ offset, stride, ...rest }: Tensor): number[] =>
    lastRows.flatMap((row) =>
      positions({ ...rest, stride, offset: offset + row * stride, rows: 1 }),
    );
  const terms = [
    ...pairs(positions(spec.states[program.output]), training.outputGradient),
    ...spec.states.flatMap((state, s) => pairs(lastPositions(state), training.stateGradients[s])),
  ].map(([at, coefficient]) => ({ at, coefficient: plan.numbers[coefficient] }));

  const evaluate = (): number => {
    plan.run("prepare", span);
    plan.run("forward", span);
    return terms.reduce((loss, { at, coefficient }) => loss + coefficient * plan.numbers[at], 0);
  };
  evaluate();
  plan.run("backward", span);
  plan.run("gradients", span);

  const group = (what: string, values: readonly number[], gradients: readonly number[]) => ({
    what,
    values: plan.numbers,
    positions: values,
    analytic: gradients.map((at) => plan.numbers[at]),
  });
  const { weightGradients, vectorGradients, stateGradients, inputGradient } = training;
  const groups: GradientGroup[] = program.matrices.map(({ name }, matrix) => {
    const elements = storedMatrix(program, sizes, matrix);
    return group(
      name,
      elements.map(({ source, at }) => spec.weights[source].offset + at),
      elements.map(({ source, at }) => weightGradients[source].offset + at),
    );
  });
  program.vectors.forEach(({ name }, v) => {
    groups.push(group(name, positions(spec.vectors[v]), positions(vectorGradients[v])));
  });
  program.states.forEach(({ name }, s) => {
    groups.push(group(`${name}[0]`, positions(begin[s]), positions(stateGradients[s])));
  });
  if (inputGradient) groups.push(group("x", positions(input), positions(inputGradient)));
  return checkGradients(evaluate, groups, options);
}

function sizesOf({ program }: Cell, options: CellGradientCheckOptions): Sizes {
  const { hiddenSize = 4, projectionSize = 2 } = options;
  const projects = program.states[program.output].width === "out";
  const output = projects ? projectionSize : hiddenSize;
  const tied = program.tiedInput && (program.tiedInput === "out" ? output : hiddenSize);
  return { in: tied ?? options.inputSize ?? 3, units: hiddenSize, out: output };
}

/** Places, and beside each that of a tensor's element of the same number. */
function pairs(places: readonly number[], tensor: Tensor): (readonly [number, number])[] {
  const others = positions(tensor);
  return places.map((at, i) => [at, others[i]] as const);
}
