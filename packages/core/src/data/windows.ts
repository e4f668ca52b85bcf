/**
 * Runs pieces of documents through the rows of a batch, a window of time steps at a time.
 *
 * A row reads its piece to the end and then takes the next one that nobody has; the rest of a window in which a piece ends
 * does not count. One long document becomes as many pieces as there are rows, read side by side; many short ones follow
 * one another.
 */
import { CellstateError } from "../errors.ts";
import { type Key, RandomStream } from "../numbers/random.ts";
import { countTargets, cutPieces, type Piece, type TokenDocument } from "./documents.ts";

export interface WindowShape {
  /** Rows side by side. */
  readonly batchSize: number;
  /** The most time steps of a window. */
  readonly window: number;
}

/** What each row reads at each step. */
export interface Window {
  /** Time steps of this window: fewer than the most where every row's piece ends before. */
  steps: number;
  /** Rows that begin a piece here, or have none: their state starts anew. */
  readonly starts: boolean[];
  /** The index of each row's piece, or −1. */
  readonly pieces: Int32Array;
  /** Inputs and targets at t · batchSize + b; −1 is a target that does not count. */
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  /** Targets that count. */
  counted: number;
}

/**
 * A piece to train on has no more predictions than this. In rows that are hardly ever begun anew, a network can find states that
 * it later falls into and does not come out of; one that often begins with an empty memory does not.
 */
const LONGEST_PIECE = 2048;

/**
 * The pieces of documents to train on: short documents whole, long ones in so many equal pieces that all rows
 * are busy to the end, but none below a window.
 *
 * @throws CellstateError `data` where there is nothing to predict.
 */
export function trainingPieces(documents: readonly TokenDocument[], shape: WindowShape): Piece[] {
  const targets = countTargets(documents);
  if (targets === 0) {
    const names = documents.slice(0, 3).map(({ name }) => name);
    if (documents.length > 3) names.push(`${documents.length - 3} more`);
    throw new CellstateError(
      "data",
      `${names.join(", ") || "no document"}: nothing to learn from; a text needs two tokens at least, give a longer one`,
    );
  }
  const { batchSize, window } = shape;
  const rounds = Math.ceil(targets / (batchSize * LONGEST_PIECE));
  return cutPieces(documents, Math.max(window, Math.ceil(targets / (batchSize * rounds))));
}

export class WindowReader {
  readonly #documents: readonly TokenDocument[];
  readonly #pieces: readonly Piece[];
  readonly #shape: WindowShape;
  readonly #window: Window;
  /** Where in its document each row is. */
  readonly #position: Int32Array;
  #order: readonly number[] = [];
  #next = 0;

  constructor(documents: readonly TokenDocument[], pieces: readonly Piece[], shape: WindowShape) {
    const { batchSize, window } = shape;
    this.#documents = documents;
    this.#pieces = pieces;
    this.#shape = shape;
    this.#position = new Int32Array(batchSize);
    this.#window = {
      steps: 0,
      starts: Array.from({ length: batchSize }, () => true),
      pieces: new Int32Array(batchSize).fill(-1),
      inputs: new Int32Array(batchSize * window),
      targets: new Int32Array(batchSize * window),
      counted: 0,
    };
    this.begin(null);
  }

  /**
   * Begins at the first window.
   *
   * @param shuffle The key of the order, or null for the pieces' own. Pieces that all run side by side keep their own.
   */
  begin(shuffle: Key | null): void {
    const order = this.#pieces.map((_, index) => index);
    if (shuffle && this.shuffles) new RandomStream(shuffle).shuffle(order);
    this.#order = order;
    this.#next = 0;
    this.#window.pieces.fill(-1);
  }

  /** The next window, or null after the last. The same object every time, refilled. */
  next(): Window | null {
    const { inputs, targets, starts, pieces } = this.#window;
    const { batchSize } = this.#shape;
    const steps = this.#take();
    if (steps === 0) return null;
    let counted = 0;
    for (let b = 0; b < batchSize; b++) {
      const piece = this.#pieces[pieces[b]];
      const position = this.#position[b];
      starts[b] = piece === undefined || position === piece.start;
      const tokens = piece && this.#documents[piece.document].tokens;
      const here = piece ? Math.min(steps, piece.end - position) : 0;
      for (let t = 0; t < steps; t++) {
        const at = t * batchSize + b;
        const reads = tokens !== undefined && t < here;
        const counts = reads && position + t >= piece.countFrom;
        inputs[at] = reads ? tokens[position + t] : 0;
        targets[at] = counts ? tokens[position + t + 1] : -1;
        if (counts) counted++;
      }
      this.#position[b] = position + steps;
    }
    this.#window.steps = steps;
    this.#window.counted = counted;
    return this.#window;
  }

  /** True where an order matters; otherwise every pass has the same windows. */
  get shuffles(): boolean {
    return this.#pieces.length > this.#shape.batchSize;
  }

  /** True where every pass has as many windows. */
  get isEven(): boolean {
    return !this.shuffles;
  }

  /** True where `next` would answer null. */
  get atEnd(): boolean {
    return (
      this.#next >= this.#order.length &&
      this.#window.pieces.every(
        (piece, b) => piece < 0 || this.#position[b] >= this.#pieces[piece].end,
      )
    );
  }

  /** Passes over windows, as if they had been read. @returns how many there were, `most` at most. */
  skip(most: number): number {
    for (let done = 0; done < most; done++) {
      const steps = this.#take();
      if (steps === 0) return done;
      for (let b = 0; b < this.#shape.batchSize; b++) this.#position[b] += steps;
    }
    return most;
  }

  /** Gives rows at their piece's end the next one; answers how many steps the longest row still has, up to a window. */
  #take(): number {
    const { pieces } = this.#window;
    let steps = 0;
    for (let b = 0; b < pieces.length; b++) {
      if (pieces[b] >= 0 && this.#position[b] >= this.#pieces[pieces[b]].end) pieces[b] = -1;
      if (pieces[b] < 0 && this.#next < this.#order.length) {
        pieces[b] = this.#order[this.#next++];
        this.#position[b] = this.#pieces[pieces[b]].start;
      }
      if (pieces[b] < 0) continue;
      const left = this.#pieces[pieces[b]].end - this.#position[b];
      steps = Math.max(steps, Math.min(this.#shape.window, left));
    }
    return steps;
  }
}
