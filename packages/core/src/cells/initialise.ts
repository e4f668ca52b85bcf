/**
 * A cell's weights before training. Each later source wins over the earlier:
 *
 *   1. the scheme, `--init`: by what a matrix multiplies and what a vector is for
 *   2. the scheme's own forget bias, where the equations say nothing about that bias
 *   3. the equations: `b_f ~ 1`, `U ~ identity`
 *   4. the forget bias asked for, `--forget-bias`: a number or chrono
 *
 * A forget bias of 1 is advised by R. Jozefowicz, W. Zaremba and I. Sutskever, 2015, An Empirical Exploration of
 * Recurrent Network Architectures. Chrono: C. Tallec and Y. Ollivier, 2018, Can Recurrent Neural Networks Warp Time?
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
 * @throws CellstateError `option` where a forget bias is asked of a cell that has no forget gate, or chrono of fewer
 *   than 3 steps; `equation` where the equations give chrono to a vector that is no gate's bias.
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
  // A matrix over a concatenation is several blocks side by side, and each is drawn by what it multiplies.
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

/** What the equations say of a parameter, or null where they say nothing; chrono is the gates' business. */
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
  const { forgetGates, writeGates, initial, program } = cell;
  const { forgetBias } = options;
  const statedOf = (index: number): Initial | undefined => initial[program.vectors[index].name];
  const isStated = (gate: GateBias): boolean => gate.vectors.some((index) => statedOf(index));
  /** Two biases that are added count once: all but the first are 0. */
  const set = ({ vectors: [first, ...others], sign }: GateBias, value: (u: number) => number) => {
    for (const index of others) vectors[index].fill(0);
    for (let u = 0; u < vectors[first].length; u++) vectors[first][u] = sign * value(u);
  };
  const forget = forgetGates.filter((gate) => gate.vectors.length > 0);
  const write = writeGates.filter(
    (gate) => gate.vectors.length > 0 && !forget.some((f) => f.vectors.includes(gate.vectors[0])),
  );
  if (forgetBias !== undefined && forget.length === 0) throw noForgetGate(cell);

  const chrono = (gates: readonly GateBias[], others: readonly GateBias[]): void => {
    // Draws belong to the pair: the n-th write gate mirrors the n-th forget gate, unit by unit.
    const open = forget.map((gate) =>
      chronoBias(cell, options.chronoSteps, gate, vectors, streamOf),
    );
    for (const gate of gates) set(gate, (u) => open[forget.indexOf(gate)][u]);
    for (const gate of others) {
      const pair = open[Math.min(write.indexOf(gate), open.length - 1)];
      set(gate, (u) => -pair[u]);
    }
  };

  if (forgetBias === "chrono") {
    chrono(forget, write);
  } else if (forgetBias !== undefined) {
    for (const gate of forget) set(gate, () => forgetBias);
  } else {
    const schemeBias = findScheme(options.init).forgetBias;
    for (const gate of forget) {
      if (schemeBias !== null && !isStated(gate)) set(gate, () => schemeBias);
    }
    const asks = (gate: GateBias): boolean =>
      gate.vectors.some((index) => statedOf(index)?.kind === "chrono");
    refuseStrayChrono(cell, [...forget, ...write]);
    const asking = forget.filter(asks);
    const mirrored = write.filter((gate) => asks(gate) || (asking.length > 0 && !isStated(gate)));
    if (asking.length + mirrored.length > 0) chrono(asking, mirrored);
  }
}

/** log U(1, T−1) for each unit: gates that open for between 1 and T steps. */
function chronoBias(
  cell: Cell,
  steps: number,
  gate: GateBias,
  vectors: readonly Float64Array[],
  streamOf: StreamOf,
): Float64Array {
  if (!(steps >= 3)) {
    throw new CellstateError(
      "option",
      `${cell.name}: a chrono forget bias needs windows of 3 steps or more, got ${steps}; give a longer --window`,
    );
  }
  const stream = streamOf(gate.signal, "chrono");
  return Float64Array.from(vectors[gate.vectors[0]], () => log(1 + (steps - 2) * stream.uniform()));
}

function refuseStrayChrono({ name, initial, program }: Cell, gates: readonly GateBias[]): void {
  const biases = gates.flatMap((gate) => gate.vectors.map((index) => program.vectors[index].name));
  for (const [parameter, { kind }] of Object.entries(initial)) {
    if (kind !== "chrono" || biases.includes(parameter)) continue;
    throw new CellstateError(
      "equation",
      `${name}: ${parameter} ~ chrono is for the bias of a forget gate or of the gate beside it, and ${parameter} is neither`,
    );
  }
}

function noForgetGate({ name, forgetGates }: Cell): CellstateError {
  const why =
    forgetGates.length > 0
      ? `its forget gate ${forgetGates[0].signal} has no bias to set`
      : "it has no forget gate: no sigmoid multiplies s[t-1] where a state s[t] is made";
  const advice = "leave the option out, or take a cell that has one, such as lstm or gru";
  return new CellstateError("option", `--forget-bias: ${name}: ${why}; ${advice}`);
}
