/**
 * How weights begin: the named schemes of `--init`, and a matrix filled by one of them.
 *
 * Every number is drawn from the stream it is asked of and computed from exact operations, so one
 * key gives the same weights on every machine.
 *
 * Glorot: X. Glorot and Y. Bengio, 2010, Understanding the Difficulty of Training Deep Feedforward
 * Neural Networks. Orthogonal: A. M. Saxe, J. L. McClelland and S. Ganguli, 2014, Exact Solutions
 * to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks.
 */
import { CellstateError } from "../errors.ts";
import { log } from "../numbers/portable.ts";
import type { RandomStream } from "../numbers/random.ts";

/** A scheme as it is written: `default`, `uniform:0.08`. */
export type InitName =
  | "default"
  | "torch"
  | "glorot"
  | "orthogonal"
  | `uniform:${number}`
  | `normal:${number}`;

/** Fills [rows, columns], row-major; a row is an output, a column an input. */
export type Fill = (shape: FillShape, stream: RandomStream) => Float64Array;

export interface FillShape {
  readonly rows: number;
  readonly columns: number;
  /** What PyTorch divides by: the units of a recurrent layer, the inputs of a linear one. */
  readonly fan: number;
}

/** What a scheme does with each kind of weight. */
export interface InitScheme {
  /** Matrices that multiply x[t], and those of linear layers. */
  readonly inputs: Fill;
  /** Matrices that multiply a state, or what is made from one. */
  readonly states: Fill;
  /** Learned vectors that are added. */
  readonly biases: Fill;
  /** Learned vectors that multiply: peepholes. */
  readonly multipliers: Fill;
  /** One row a token; `tied` where the same rows are the output layer's weights. */
  readonly embedding: (tied: boolean) => Fill;
  /** What a forget gate's bias is set to where nobody says; null leaves it as it was drawn. */
  readonly forgetBias: number | null;
}

const zeros: Fill = ({ rows, columns }) => new Float64Array(rows * columns);

const glorot: Fill = (shape, stream) =>
  fillUniform(shape, Math.sqrt(6 / (shape.rows + shape.columns)), stream);

const torchUniform: Fill = (shape, stream) => fillUniform(shape, 1 / Math.sqrt(shape.fan), stream);

const uniformWithin =
  (limit: number): Fill =>
  (shape, stream) =>
    fillUniform(shape, limit, stream);

const normalOf =
  (deviation: number): Fill =>
  (shape, stream) =>
    fillNormal(shape, deviation, stream);

/** Peepholes as Gers, Schraudolph and Schmidhuber (2002) draw all weights: within ±0.1. */
const SMALL = uniformWithin(0.1);

/**
 * Rows of deviation 1 as in PyTorch; half of that where the same rows are the output layer's weights: logits then begin with
 * deviations of about 1, as h is small. Much smaller rows leave a tied model blind for long: with ±0.1 the stories of `npm start`
 * were not learnt at all within 30,000 of them, with deviation 0.5 within 25,000.
 */
const torchEmbedding = (tied: boolean): Fill => normalOf(tied ? 0.5 : 1);

/** The schemes by name; those that take a number say so by how they are written. */
const SCHEMES: Readonly<
  Record<string, { readonly written: string; readonly scheme: (amount: number) => InitScheme }>
> = {
  default: {
    written: "default",
    scheme: () => ({ ...zeroBiased(glorot, fillOrthogonal), forgetBias: 1 }),
  },
  /** Everything within ±1/√units, as torch.nn.LSTM and its kin begin; linear layers ±1/√inputs. */
  torch: {
    written: "torch",
    scheme: () => ({
      inputs: torchUniform,
      states: torchUniform,
      biases: torchUniform,
      multipliers: torchUniform,
      embedding: torchEmbedding,
      forgetBias: null,
    }),
  },
  glorot: { written: "glorot", scheme: () => zeroBiased(glorot, glorot) },
  orthogonal: { written: "orthogonal", scheme: () => zeroBiased(fillOrthogonal, fillOrthogonal) },
  /** Every number of the model within ±X, biases too, as char-rnn begins with 0.08. */
  uniform: {
    written: "uniform:X",
    scheme: (limit) => {
      const fill = uniformWithin(limit);
      return {
        inputs: fill,
        states: fill,
        biases: fill,
        multipliers: fill,
        embedding: () => fill,
        forgetBias: null,
      };
    },
  },
  normal: {
    written: "normal:X",
    scheme: (deviation) => {
      const fill = normalOf(deviation);
      return {
        inputs: fill,
        states: fill,
        biases: zeros,
        multipliers: fill,
        embedding: () => fill,
        forgetBias: null,
      };
    },
  },
};

function zeroBiased(inputs: Fill, states: Fill): InitScheme {
  return {
    inputs,
    states,
    biases: zeros,
    multipliers: SMALL,
    embedding: torchEmbedding,
    forgetBias: null,
  };
}

/**
 * Reads a scheme's name, as `--init` takes it.
 *
 * @throws CellstateError `option` where there is no such scheme, or its number is missing or not
 *   above 0.
 */
export function parseInit(text: string): InitName {
  findScheme(text);
  return text as InitName; // findScheme has just accepted it
}

/** The scheme of a name. @throws CellstateError as `parseInit`. */
export function findScheme(text: string): InitScheme {
  const [name, amountText, ...rest] = text.split(":");
  const found = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (found && rest.length === 0) {
    const takesAmount = found.written.includes(":");
    const amount = amountText?.trim() ? Number(amountText) : Number.NaN;
    if (!takesAmount && amountText === undefined) return found.scheme(0);
    if (takesAmount && amount > 0 && amount < Infinity) return found.scheme(amount);
    if (takesAmount) {
      const wanted = `--init ${found.written} takes a number above 0, as in ${name}:0.08`;
      throw new CellstateError("option", `${wanted}; got "${text}"`);
    }
  }
  const possible = Object.values(SCHEMES).map(({ written }) => written);
  throw new CellstateError(
    "option",
    `--init: unknown "${text}"; possible are ${possible.join(", ")}`,
  );
}

/**
 * A matrix of a linear layer.
 *
 * @param rows How many outputs.
 * @param columns How many inputs.
 * @returns Row-major [rows, columns].
 */
export function initialiseMatrix(
  init: InitName,
  rows: number,
  columns: number,
  stream: RandomStream,
): Float64Array {
  return findScheme(init).inputs({ rows, columns, fan: columns }, stream);
}

/** The bias of a linear layer, [outputs]; PyTorch draws it by the number of inputs. */
export function initialiseBias(
  init: InitName,
  outputs: number,
  inputs: number,
  stream: RandomStream,
): Float64Array {
  return findScheme(init).biases({ rows: 1, columns: outputs, fan: inputs }, stream);
}

/** An embedding's table, row-major [tokens, size]. */
export function initialiseEmbedding(
  init: InitName,
  tokens: number,
  size: number,
  tied: boolean,
  stream: RandomStream,
): Float64Array {
  return findScheme(init).embedding(tied)({ rows: tokens, columns: size, fan: size }, stream);
}

/** Uniform in [−limit, limit). */
export function fillUniform(
  { rows, columns }: FillShape,
  limit: number,
  stream: RandomStream,
): Float64Array {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < values.length; i++) values[i] = (2 * stream.uniform() - 1) * limit;
  return values;
}

/** Gaussian of mean 0. G. Marsaglia's polar method: a point in the unit disc gives two numbers. */
export function fillNormal(
  { rows, columns }: FillShape,
  deviation: number,
  stream: RandomStream,
): Float64Array {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < values.length; i += 2) {
    let u = 0;
    let v = 0;
    let square = 0;
    do {
      u = 2 * stream.uniform() - 1;
      v = 2 * stream.uniform() - 1;
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const scale = deviation * Math.sqrt((-2 * log(square)) / square);
    values[i] = u * scale;
    if (i + 1 < values.length) values[i + 1] = v * scale;
  }
  return values;
}

/**
 * Orthonormal columns, or rows where there are more columns than rows; evenly distributed among all
 * such matrices.
 *
 * Gaussian vectors, each made orthogonal to those before it. Once leaves an error that grows with
 * their number, twice leaves rounding alone.
 */
export function fillOrthogonal(shape: FillShape, stream: RandomStream): Float64Array {
  const { rows, columns } = shape;
  const tall = rows >= columns;
  const length = tall ? rows : columns;
  const count = tall ? columns : rows;
  const basis = fillNormal(shape, 1, stream);
  for (let k = 0; k < count; k++) {
    const vector = basis.subarray(k * length, (k + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        const earlier = basis.subarray(j * length, (j + 1) * length);
        const along = dot(vector, earlier);
        for (let i = 0; i < length; i++) vector[i] -= along * earlier[i];
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] /= norm;
  }
  if (!tall) return basis;
  const values = new Float64Array(rows * columns);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < length; i++) values[i * columns + k] = basis[k * length + i];
  }
  return values;
}

/** Four sums side by side: a single one would wait for each addition. */
function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}
