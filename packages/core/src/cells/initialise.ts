/**
 * A cell's weights before training. Each later source wins over the earlier:
 *
 *   1. the scheme, `--init`: by what a matrix multiplies and what a vector is for
 *   2. the scheme's own forget bias, where the equations say nothing about that bias
 *   3. the equations: `b_f ~ 1`, `U ~ identity`
 *   4. the forget bias asked for, `--forget-bias`: a number or chrono
 *
 * A forget bias of 1 is advised by R. Jozefowicz, W. Zaremba and I. Sutskever, 2015, An Empirical
 * Exploration of Recurrent Network Architectures. Chrono: C. Tallec and Y. Ollivier, 2018, Can
 * Recurrent Neural Networks Warp Time?
 */
import { CellstateError } from "../errors.ts";
import { log } from "../numbers/portable.ts";
import { type Key, RandomStream, streamKey } from "../numbers/random.ts";
import type { Cell, GateBias, Initial } from "./cell.ts";
import {
  type Fill,
  type FillShape,
  fillOrthogonal,
  fillUniform,
  findScheme,
  type InitName,
} from "./initialiseMatrix.ts";
import type { Width } from "./program.ts";

export type ForgetBias = number | "chrono";

export interface InitialiseOptions {
  /** @default "default": Glorot for x, orthogonal for states, zero biases, forget bias 1 */
  readonly init: InitName;
  /** Where given, every forget gate's bias, whatever the equations and the scheme say. */
  readonly forgetBias?: ForgetBias;
  /** T of chrono, in steps: the longest dependency looked for, the window unless said otherwise. */
  readonly chronoSteps: number;
  /** The layer's own key. Each parameter draws from a stream of its own under it. */
  readonly key: Key;
}

export interface InitialWeights {
  /** By program.matrices, each row-major [rows, Σ columns]. */
  readonly matrices: Float64Array[];
  /** By program.vectors. */
  readonly vectors: Float64Array[];
}

type Sizes = Readonly<Record<Width, number>>;

/**
 * The weights that a cell of these sizes begins with.
 *
 * @throws CellstateError `option` where a forget bias is asked of a cell that has no forget gate with
 *   a bias, or chrono of windows shorter than 3 steps.
 */
export function initialiseCell(
  cell: Cell,
  sizes: Sizes,
  options: InitialiseOptions,
): InitialWeights {
  const streamOf = (...purpose: readonly (string | number)[]): RandomStream =>
    new RandomStream(streamKey(options.key[0] >>> 0, options.key[1], ...purpose));
  const matrices = initialiseMatrices(cell, sizes, options.init, streamOf);
  const vectors = initialiseVectors(cell, sizes, options.init, streamOf);
  setGateBiases(cell, options, vectors, streamOf);
  return { matrices, vectors };
}

type StreamOf = (...purpose: readonly (string | number)[]) => RandomStream;

function initialiseMatrices(
  { program, initial }: Cell,
  sizes: Sizes,
  init: InitName,
  streamOf: StreamOf,
): Float64Array[] {
  const scheme = findScheme(init);
  const total = (widths: readonly Width[]): number =>
    widths.reduce((sum, width) => sum + sizes[width], 0);
  const matrices = program.matrices.map(
    ({ rows, columns }) => new Float64Array(sizes[rows] * total(columns)),
  );
  // A matrix over a concatenation is several blocks side by side, each drawn by what it multiplies.
  for (const { matrix: index, columnsBefore, source } of program.products) {
    const { name, rows, columns } = program.matrices[index];
    const { node, width } = program.sources[source];
    const shape = { rows: sizes[rows], columns: sizes[width], fan: sizes.units };
    const fromScheme = program.nodes[node].kind === "input" ? scheme.inputs : scheme.states;
    const fill = statedFill(initial[name]) ?? fromScheme;
    const block = fill(shape, streamOf(name, columnsBefore.length));
    const stride = total(columns);
    for (let row = 0; row < shape.rows; row++) {
      const from = block.subarray(row * shape.columns, (row + 1) * shape.columns);
      matrices[index].set(from, row * stride + total(columnsBefore));
    }
  }
  return matrices;
}

function initialiseVectors(
  { program, initial, biases }: Cell,
  sizes: Sizes,
  init: InitName,
  streamOf: StreamOf,
): Float64Array[] {
  const scheme = findScheme(init);
  return program.vectors.map(({ name, width }, index) => {
    const fromScheme = biases.includes(index) ? scheme.biases : scheme.multipliers;
    const fill = statedFill(initial[name]) ?? fromScheme;
    return fill({ rows: 1, columns: sizes[width], fan: sizes.units }, streamOf(name));
  });
}

/** What the equations say of a parameter, or null where nothing; chrono is the gates' business. */
function statedFill(initial: Initial | undefined): Fill | null {
  switch (initial?.kind) {
    case undefined:
    case "chrono":
      return null;
    case "number":
      return ({ rows, columns }) => new Float64Array(rows * columns).fill(initial.value);
    case "identity":
      return identity;
    case "orthogonal":
      return fillOrthogonal;
    case "glorot":
      return findScheme("glorot").inputs;
    case "uniform":
      return (shape, stream) =>
        fillUniform(shape, initial.limit ?? 1 / Math.sqrt(shape.fan), stream);
  }
}

/** Ones on the diagonal, zeros elsewhere, of each block. */
function identity({ rows, columns }: FillShape): Float64Array {
  const values = new Float64Array(rows * columns);
  for (let k = 0; k < Math.min(rows, columns); k++) values[k * columns + k] = 1;
  return values;
}

function setGateBiases(
  cell: Cell,
  options: InitialiseOptions,
  vectors: readonly Float64Array[],
  streamOf: StreamOf,
): void {
  const { initial, program } = cell;
  const { forgetBias } = options;
  const hasBias = (gate: GateBias): boolean => gate.vectors.length > 0;
  const forget = cell.forgetGates.filter(hasBias);
  // Where one bias opens both, setting the forget gate has set the other.
  const shared = new Set(forget.flatMap((gate) => gate.vectors));
  const write = cell.writeGates.filter(
    (gate) => hasBias(gate) && !gate.vectors.some((index) => shared.has(index)),
  );
  if (forgetBias !== undefined && forget.length === 0) throw noForgetGate(cell);

  /** Biases that are added count once: all but the first are 0. */
  const set = (gate: GateBias, openness: (unit: number) => number): void => {
    const [first, ...others] = gate.vectors.map((index) => vectors[index]);
    for (let unit = 0; unit < first.length; unit++) first[unit] = gate.sign * openness(unit);
    for (const other of others) other.fill(0);
  };
  /** The n-th write gate mirrors the n-th forget gate, unit by unit. */
  const setChrono = (forgetting: readonly GateBias[], writing: readonly GateBias[]): void => {
    const drawn = forget.map((gate) => {
      const units = vectors[gate.vectors[0]].length;
      return chronoBias(cell.name, units, options.chronoSteps, streamOf(gate.signal, "chrono"));
    });
    for (const gate of forgetting) set(gate, (unit) => drawn[forget.indexOf(gate)][unit]);
    for (const gate of writing) {
      const mirrored = drawn[Math.min(write.indexOf(gate), drawn.length - 1)];
      set(gate, (unit) => -mirrored[unit]);
    }
  };

  if (forgetBias === "chrono") {
    setChrono(forget, write);
    return;
  }
  if (forgetBias !== undefined) {
    for (const gate of forget) set(gate, () => forgetBias);
    return;
  }
  const statedKinds = (gate: GateBias): (string | undefined)[] =>
    gate.vectors.map((index) => initial[program.vectors[index].name]?.kind);
  const isSilent = (gate: GateBias): boolean => statedKinds(gate).every((kind) => !kind);
  const isChrono = (gate: GateBias): boolean => statedKinds(gate).includes("chrono");
  const schemeBias = findScheme(options.init).forgetBias;
  if (schemeBias !== null) {
    for (const gate of forget.filter(isSilent)) set(gate, () => schemeBias);
  }
  const asking = forget.filter(isChrono);
  const mirroring = write.filter((gate) => isChrono(gate) || (asking.length > 0 && isSilent(gate)));
  if (asking.length + mirroring.length > 0) setChrono(asking, mirroring);
}

/** log U(1, T−1) for each unit: gates that open for between 1 and T steps. */
function chronoBias(
  cellName: string,
  units: number,
  steps: number,
  stream: RandomStream,
): Float64Array {
  if (!(steps >= 3)) {
    throw new CellstateError(
      "option",
      `${cellName}: a chrono forget bias needs windows of 3 steps or more, got ${steps}; ` +
        "give a longer --window",
    );
  }
  const values = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    values[unit] = log(1 + (steps - 2) * stream.uniform());
  }
  return values;
}

function noForgetGate({ name, forgetGates }: Cell): CellstateError {
  const why =
    forgetGates.length > 0
      ? `its forget gate ${forgetGates[0].signal} has no bias to set`
      : "it has no forget gate, as nothing learned multiplies s[t-1] where a state s[t] is made";
  const advice = "leave the option out, or take a cell that has one, such as lstm or gru";
  return new CellstateError("option", `--forget-bias: ${name}: ${why}; ${advice}`);
}
