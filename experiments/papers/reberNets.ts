/**
 * Networks that predict embedded Reber strings: how they begin, how they are taught on streams, when a prediction counts as right,
 * and how far they get without a wrong one.
 */
import type { Window } from "../../packages/core/src/data/windows.ts";
import {
  createLanguageModel,
  type Engine,
  findCell,
  type LanguageModel,
  parseSchedule,
  RandomStream,
  streamKey,
  type Weights,
} from "../../packages/core/src/index.ts";
import { readCellWeights, writeCellWeights } from "../../packages/core/src/layers/recurrent.ts";
import { LanguagePlan } from "../../packages/core/src/models/languagePlan.ts";
import { exp } from "../../packages/core/src/numbers/portable.ts";
import { Trainer } from "../../packages/core/src/training/trainer.ts";
import { CutTrainer } from "./cutGradient.ts";
import { follow, LEGAL, REBER_VOCABULARY, ReberWalk, START, SYMBOLS } from "./reberGrammar.ts";

/** 4 blocks of 2 cells in the papers; here each unit has gates of its own, and what a block has in common is its bias. */
const HIDDEN_SIZE = 8;
const BLOCK = 2;
/** Of each block's gates, times its number from 1 on. */
const BIASES: Readonly<Record<string, number>> = { b_i: -0.5, b_o: -0.5, b_f: 0.5 };

export function createReberModel(cell: string, seed: number): LanguageModel {
  const model = createLanguageModel(
    {
      ...{ cell: findCell(cell), vocabulary: REBER_VOCABULARY, hiddenSize: HIDDEN_SIZE },
      ...{ layers: 1, embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
    },
    { init: "default", forgetBias: null, chronoSteps: 0, seed },
  );
  const [layer] = model.recurrent;
  const weights = readCellWeights(layer, model.parameters, model.weights);
  for (const [index, { name }] of layer.cell.program.vectors.entries()) {
    const bias = BIASES[name];
    if (bias === undefined) continue;
    const vector = weights.vectors[index];
    for (let u = 0; u < vector.length; u++) vector[u] = bias * (1 + Math.floor(u / BLOCK));
  }
  writeCellWeights(layer, model.parameters, weights, model.weights);
  return model;
}

/** A legal symbol has more probability than this, an illegal one less. */
export const BAR = 0.3;

const likelihoods = new Float64Array(SYMBOLS.length);

/**
 * Whether a prediction is right: every legal successor above the bar, every other symbol below.
 *
 * @param at Where its logits begin in `numbers`.
 * @param legal Bits, as in `LEGAL`.
 */
export function isRight(numbers: ArrayLike<number>, at: number, legal: number): boolean {
  let sum = 0;
  for (let k = 0; k < likelihoods.length; k++) {
    likelihoods[k] = exp(numbers[at + k]);
    sum += likelihoods[k];
  }
  for (let k = 0; k < likelihoods.length; k++) {
    if (likelihoods[k] > BAR * sum !== ((legal >> k) & 1) > 0) return false;
  }
  // What is not a number is above no bar.
  return sum > 0;
}

export interface TestOptions {
  /** Streams side by side. */
  readonly streams: number;
  /** Where a stream ends that had no error. */
  readonly longest: number;
  /** Whether the state begins anew with each string. */
  readonly resets: boolean;
  readonly seed: number;
}

/** Symbols that are predicted right before the first wrong prediction, stream by stream. */
export function rightSymbols(model: LanguageModel, engine: Engine, options: TestOptions): number[] {
  const { streams, longest } = options;
  const right = new Array<number>(streams).fill(0);
  const going = new Array<boolean>(streams).fill(true);
  readStreams(model, engine, options, (t, plan, walks) => {
    const { offset, stride } = plan.logits;
    for (let r = 0; r < streams; r++) {
      if (!going[r]) continue;
      const at = offset + r * stride;
      going[r] = isRight(plan.compiled.numbers, at, LEGAL[walks[r].node]);
      if (going[r]) right[r] = t;
    }
    return t < longest && going.includes(true);
  });
  return right;
}

/** Beyond this tanh(c) is 1 or −1 to the last digit of float32, whatever is written. */
const FULL = 10;

/** What the units of a net hold, as means over streams. */
export interface MemoryHeld {
  /** |c| of the unit in the middle: half of the units hold more. */
  readonly middle: number;
  /** Units whose tanh(c) can still change. */
  readonly open: number;
}

/**
 * What is in c after so many symbols of each stream.
 *
 * @param marks Rising.
 */
export function memoryAlong(
  model: LanguageModel,
  engine: Engine,
  marks: readonly number[],
  options: Omit<TestOptions, "longest">,
): MemoryHeld[] {
  const { streams } = options;
  const held: MemoryHeld[] = [];
  readStreams(model, engine, options, (t, plan) => {
    if (t === marks[held.length]) {
      const { c } = plan.states.read(streams)[0];
      let middle = 0;
      for (let r = 0; r < streams; r++) {
        const sizes = c
          .slice(r * HIDDEN_SIZE, (r + 1) * HIDDEN_SIZE)
          .map(Math.abs)
          .sort();
        middle += (sizes[HIDDEN_SIZE / 2 - 1] + sizes[HIDDEN_SIZE / 2]) / 2;
      }
      const open = c.filter((value: number) => Math.abs(value) < FULL).length;
      held.push({ middle: middle / streams, open: open / streams });
    }
    return held.length < marks.length;
  });
  return held;
}

/** @param look After each symbol, the t-th from 1 on: whether to go on. */
function readStreams(
  model: LanguageModel,
  engine: Engine,
  { streams, resets, seed }: Omit<TestOptions, "longest">,
  look: (t: number, plan: LanguagePlan, walks: readonly ReberWalk[]) => boolean,
): void {
  const span = { steps: 1, batch: streams };
  const plan = new LanguagePlan(model, engine, span, "inference");
  const walks = Array.from(
    { length: streams },
    (_, r) => new ReberWalk(new RandomStream(streamKey(seed, "test stream", r))),
  );
  const begins = new Array<boolean>(streams).fill(false);
  for (let t = 1, goesOn = true; goesOn; t++) {
    if (resets) {
      for (let r = 0; r < streams; r++) begins[r] = walks[r].node === START;
      plan.resetStates(streams, begins);
    }
    for (let r = 0; r < streams; r++) plan.writeToken(walks[r].next(), r);
    plan.forwardToLogits(span);
    plan.carryStates(span);
    goesOn = look(t, plan, walks);
  }
}

/** Strings read side by side, each from an empty memory. */
export class StringJudge {
  readonly #plan: LanguagePlan;
  readonly #strings: readonly (readonly number[])[];

  constructor(model: LanguageModel, engine: Engine, strings: readonly (readonly number[])[]) {
    this.#strings = strings;
    this.#plan = new LanguagePlan(model, engine, { steps: 1, batch: strings.length }, "inference");
  }

  /** How many strings have no wrong prediction after any symbol but the last. */
  right(weights: Weights): number {
    const plan = this.#plan;
    const strings = this.#strings;
    const span = plan.capacity;
    const { offset, stride } = plan.logits;
    plan.load(weights);
    plan.resetStates(span.batch);
    const nodes = strings.map(() => START);
    const isFine = strings.map(() => true);
    const longest = Math.max(...strings.map(({ length }) => length));
    for (let t = 0; t + 1 < longest; t++) {
      for (const [r, string] of strings.entries()) plan.writeToken(string[t] ?? 0, r);
      plan.forwardToLogits(span);
      plan.carryStates(span);
      for (const [r, string] of strings.entries()) {
        if (t + 1 >= string.length || !isFine[r]) continue;
        nodes[r] = follow(nodes[r], string[t]);
        isFine[r] = isRight(plan.compiled.numbers, offset + r * stride, LEGAL[nodes[r]]);
      }
    }
    return isFine.filter(Boolean).length;
  }
}

export interface StreamTraining {
  /** A stream ends with its first wrong prediction, or when it is `longest`; the next begins with an empty memory. */
  readonly mostStreams: number;
  readonly mostSymbols: number;
  readonly longest: number;
  readonly resets: boolean;
  /** Whether the gradient flows back through the memory alone, as in 1997. */
  readonly cut: boolean;
  readonly learningRate: number;
  readonly seed: number;
}

/** Symbols of a window and rows side by side; where each string begins anew, windows of about a string's length. */
const SHAPES = {
  streams: { window: 50, batchSize: 16 },
  resets: { window: 16, batchSize: 50 },
} as const;

/** Teaches a model in place. @returns what it was taught. */
export function trainOnStreams(
  model: LanguageModel,
  engine: Engine,
  options: StreamTraining,
): { readonly streams: number; readonly symbols: number; readonly updates: number } {
  const { mostStreams, mostSymbols, learningRate, resets, cut, seed } = options;
  const shape = resets ? SHAPES.resets : SHAPES.streams;
  const training = {
    ...{ ...shape, clip: { norm: 1 }, seed },
    optimizer: { name: "adam", learningRate },
  } as const;
  const trainer = new (cut ? CutTrainer : Trainer)(model, engine, training);
  const rows = new StreamRows(shape, options);
  const schedule = parseSchedule("cosine:0.02");
  const totalSteps = 1_000_000;
  let updates = 0;
  while (rows.streams < mostStreams && rows.symbols < mostSymbols) {
    const done = Math.max(rows.streams / mostStreams, rows.symbols / mostSymbols);
    const moment = { step: Math.floor(done * totalSteps), totalSteps, epoch: 0 };
    trainer.step(rows.fill(), learningRate * schedule(moment));
    rows.judge(trainer.plan);
    updates++;
  }
  if (trainer instanceof Trainer) model.weights = trainer.weights.slice();
  return { streams: rows.streams, symbols: rows.symbols, updates };
}

/** The rows of a batch, each in a stream of its own. */
class StreamRows {
  readonly #options: StreamTraining;
  readonly #window: Window;
  readonly #walks: readonly ReberWalk[];
  /** The token that each row reads next. */
  readonly #next: Int32Array;
  /** Where the walk is after each input. */
  readonly #nodes: Uint8Array;
  /** Symbols of each row's present stream. */
  readonly #lengths: Float64Array;
  streams: number;
  symbols = 0;

  constructor(shape: { window: number; batchSize: number }, options: StreamTraining) {
    const { window, batchSize } = shape;
    this.#options = options;
    this.#window = {
      ...{ steps: window, counted: 0, pieces: new Int32Array(batchSize) },
      starts: new Array<boolean>(batchSize).fill(true),
      inputs: new Int32Array(window * batchSize),
      targets: new Int32Array(window * batchSize),
    };
    this.#walks = Array.from({ length: batchSize }, (_, r) => {
      return new ReberWalk(new RandomStream(streamKey(options.seed, "training stream", r)));
    });
    this.#next = Int32Array.from(this.#walks, (walk) => walk.next());
    this.#nodes = new Uint8Array(window * batchSize);
    this.#lengths = new Float64Array(batchSize);
    this.streams = batchSize;
  }

  /** The next window. Where strings begin anew, a row is idle from its string's end to the window's. */
  fill(): Window {
    const { steps, starts, inputs, targets } = this.#window;
    const batch = starts.length;
    let counted = 0;
    for (let r = 0; r < batch; r++) {
      const walk = this.#walks[r];
      let reads = true;
      for (let t = 0; t < steps; t++) {
        const at = t * batch + r;
        inputs[at] = reads ? this.#next[r] : 0;
        targets[at] = -1;
        if (!reads) continue;
        this.#nodes[at] = walk.node;
        if (this.#options.resets && walk.node === START) reads = false;
        this.#next[r] = walk.next();
        targets[at] = this.#next[r];
        counted++;
      }
    }
    this.#window.counted = counted;
    this.symbols += counted;
    return this.#window;
  }

  /** Ends streams in which a prediction of the window was wrong. */
  judge(plan: LanguagePlan): void {
    const { steps, starts, targets } = this.#window;
    const { offset, stride } = plan.logits;
    const { numbers } = plan.compiled;
    const batch = starts.length;
    for (let r = 0; r < batch; r++) {
      let wrong = false;
      let read = 0;
      for (let t = 0; t < steps && targets[t * batch + r] >= 0; t++) {
        const at = t * batch + r;
        wrong ||= !isRight(numbers, offset + at * stride, LEGAL[this.#nodes[at]]);
        read++;
      }
      const ended = this.#options.resets && read > 0 && this.#isAtEnd(r, read);
      this.#lengths[r] += read;
      starts[r] = ended;
      if (!wrong && this.#lengths[r] < this.#options.longest) continue;
      this.streams++;
      this.#lengths[r] = 0;
      starts[r] = true;
      if (ended) continue;
      this.#walks[r].node = START;
      this.#next[r] = this.#walks[r].next();
    }
  }

  #isAtEnd(row: number, read: number): boolean {
    return this.#nodes[(read - 1) * this.#window.starts.length + row] === START;
  }
}
