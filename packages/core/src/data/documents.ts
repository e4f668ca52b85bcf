/**
 * Documents of tokens, how they are split into a part to train on and one to validate on, and how they are cut into
 * pieces that run side by side in the rows of a batch.
 */
import { CellstateError } from "../errors.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";

/** One text: state never runs across its borders. */
export interface TokenDocument {
  readonly name: string;
  readonly tokens: Int32Array;
}

/** A stretch of a document that one row reads from start to end. Inputs are tokens [start, end); targets the ones after. */
export interface Piece {
  readonly document: number;
  readonly start: number;
  readonly end: number;
}

export interface Split {
  readonly training: readonly TokenDocument[];
  readonly validation: readonly TokenDocument[];
}

/** From this many documents on, whole documents are held out; with fewer, the end of each. */
const WHOLE_DOCUMENTS = 20;

/**
 * @param share Of the tokens (or documents) to hold out for validation, 0 to below 1.
 * @param seed Chooses the documents; the end of a document is the same for every seed.
 */
export function splitDocuments(
  documents: readonly TokenDocument[],
  share: number,
  seed: number,
): Split {
  if (share === 0) return { training: documents, validation: [] };
  if (documents.length >= WHOLE_DOCUMENTS) {
    const order = documents.map((_, index) => index);
    new RandomStream(streamKey(seed, "validation documents")).shuffle(order);
    const held = new Set(order.slice(0, Math.max(1, Math.round(documents.length * share))));
    return {
      training: documents.filter((_, index) => !held.has(index)),
      validation: documents.filter((_, index) => held.has(index)),
    };
  }
  const training: TokenDocument[] = [];
  const validation: TokenDocument[] = [];
  for (const { name, tokens } of documents) {
    const cut = Math.floor(tokens.length * (1 - share));
    training.push({ name, tokens: tokens.subarray(0, cut) });
    validation.push({ name, tokens: tokens.subarray(cut) });
  }
  // A tail of one token predicts nothing; its document then only trains.
  return { training, validation: validation.filter(({ tokens }) => tokens.length > 1) };
}

/** How many predictions a document has: of every token but its first. */
export function countTargets(documents: readonly TokenDocument[]): number {
  return documents.reduce((sum, { tokens }) => sum + Math.max(0, tokens.length - 1), 0);
}

/** Documents cut into pieces of at most `longest` tokens; pieces of one document differ by one token at most. */
export function cutPieces(documents: readonly TokenDocument[], longest: number): Piece[] {
  const pieces: Piece[] = [];
  documents.forEach(({ tokens }, document) => {
    const targets = tokens.length - 1;
    const count = Math.ceil(targets / longest);
    for (let i = 0; i < count; i++) {
      pieces.push({
        document,
        start: Math.floor((targets * i) / count),
        end: Math.floor((targets * (i + 1)) / count),
      });
    }
  });
  return pieces;
}

/** Windows for one epoch: what each row reads at each step. */
export interface Window {
  /** Time steps of this window: at most the window asked for, less where every row's piece ends before. */
  steps: number;
  /** Rows that begin a piece here, so whose state starts anew. */
  readonly starts: boolean[];
  /** Inputs and targets at t · batch + b; −1 is a target that does not count. */
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  /** Targets that count. */
  counted: number;
}

/**
 * Runs pieces through the rows of a batch, a window at a time. A row reads its piece to the end and then takes the next one that
 * nobody has; the rest of a window in which a piece ends does not count.
 *
 * One long document becomes as many pieces as there are rows, read side by side; many short ones follow one another in an
 * order that is shuffled anew each epoch.
 */
export class WindowReader {
  readonly #documents: readonly TokenDocument[];
  readonly #pieces: readonly Piece[];
  readonly #batch: number;
  readonly #window: number;
  readonly #seed: number;
  readonly #current: Window;
  #order: number[] = [];
  #next = 0;
  /** Where each row is: its piece's index, or −1, and the position in the document. */
  readonly #row: { piece: number; position: number }[];

  /** @throws CellstateError `data` where there is nothing to predict. */
  constructor(
    documents: readonly TokenDocument[],
    shape: { readonly batchSize: number; readonly window: number },
    seed: number,
  ) {
    const { batchSize, window } = shape;
    const targets = countTargets(documents);
    if (targets === 0) {
      const names = documents.map(({ name }) => name).join(", ") || "no document";
      throw new CellstateError(
        "data",
        `${names}: nothing to learn from; a text needs two tokens at least, give a longer one`,
      );
    }
    this.#documents = documents;
    this.#batch = batchSize;
    this.#window = window;
    this.#seed = seed;
    // Short documents stay whole; a long one is shared out, but never into pieces below a window.
    this.#pieces = cutPieces(documents, Math.max(window, Math.ceil(targets / batchSize)));
    this.#row = Array.from({ length: batchSize }, () => ({ piece: -1, position: 0 }));
    this.#current = {
      steps: 0,
      starts: Array.from({ length: batchSize }, () => false),
      inputs: new Int32Array(batchSize * window),
      targets: new Int32Array(batchSize * window),
      counted: 0,
    };
  }

  /** Begins an epoch, at its window `skip`: for a run that is resumed. */
  begin(epoch: number, skip = 0): void {
    this.#order = this.#pieces.map((_, index) => index);
    if (this.#pieces.length > this.#batch) {
      new RandomStream(streamKey(this.#seed, "order", epoch)).shuffle(this.#order);
    }
    this.#next = 0;
    for (const row of this.#row) row.piece = -1;
    for (let i = 0; i < skip; i++) this.#advance();
  }

  /** The next window of the epoch, or null after the last. The same object every time, refilled. */
  next(): Window | null {
    const { inputs, targets, starts } = this.#current;
    const steps = this.#take();
    if (steps === 0) return null;
    let counted = 0;
    for (let b = 0; b < this.#batch; b++) {
      const { piece, position } = this.#row[b];
      const held = this.#pieces[piece];
      const tokens = held && this.#documents[held.document].tokens;
      const here = held ? Math.min(steps, held.end - position) : 0;
      starts[b] = held === undefined || position === held.start;
      for (let t = 0; t < steps; t++) {
        const at = t * this.#batch + b;
        inputs[at] = tokens && t < here ? tokens[position + t] : 0;
        targets[at] = tokens && t < here ? tokens[position + t + 1] : -1;
      }
      counted += here;
    }
    this.#leave(steps);
    this.#current.steps = steps;
    this.#current.counted = counted;
    return this.#current;
  }

  /** Gives free rows their next piece; answers how many steps the longest row still has, up to a window. */
  #take(): number {
    let steps = 0;
    for (const row of this.#row) {
      if (row.piece < 0 && this.#next < this.#order.length) {
        row.piece = this.#order[this.#next++];
        row.position = this.#pieces[row.piece].start;
      }
      if (row.piece >= 0) {
        steps = Math.max(steps, Math.min(this.#window, this.#pieces[row.piece].end - row.position));
      }
    }
    return steps;
  }

  #leave(steps: number): void {
    for (const row of this.#row) {
      if (row.piece < 0) continue;
      row.position += steps;
      if (row.position >= this.#pieces[row.piece].end) row.piece = -1;
    }
  }

  #advance(): boolean {
    const steps = this.#take();
    this.#leave(steps);
    return steps > 0;
  }

  /** How many windows an epoch has. Begins it, so the caller begins the one that it wants afterwards. */
  stepsIn(epoch: number): number {
    this.begin(epoch);
    let steps = 0;
    while (this.#advance()) steps++;
    return steps;
  }
}
