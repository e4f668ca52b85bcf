/**
 * Documents of tokens, how they are split into a part to train on and one to validate on, and how they are cut into
 * pieces that run side by side in the rows of a batch.
 */
import { RandomStream, streamKey } from "../numbers/random.ts";

/** One text: state never runs across its borders. */
export interface TokenDocument {
  readonly name: string;
  readonly tokens: Int32Array;
  /** Tokens at the beginning that are read and not predicted. @default 1 */
  readonly context?: number;
}

/** Tokens before a stretch of text that bring the state to where it would be had all been read from the beginning. */
export const WARM_UP = 128;

/**
 * A stretch of a document that one row reads from start to end, its state starting anew. Inputs are tokens [start, end);
 * targets the ones after; predictions count from the input at `countFrom` on.
 */
export interface Piece {
  readonly document: number;
  readonly start: number;
  readonly end: number;
  readonly countFrom: number;
}

export interface Split {
  readonly training: readonly TokenDocument[];
  readonly validation: readonly TokenDocument[];
}

/** From this many documents on, whole documents are held out; with fewer, stretches of each. */
const WHOLE_DOCUMENTS = 20;

/** A document is held out from in at most so many places, … */
const MOST_STRETCHES = 50;
/** … and in fewer where a held-out stretch would be shorter than this. */
const SHORTEST_STRETCH = 1000;

/**
 * Holds out part of the documents for validation: of many documents whole ones; of few the ends of stretches spread over each of them,
 * so that one place's peculiarities do not decide.
 *
 * @param share Of the tokens (or documents) to hold out, 0 to below 1.
 * @param seed Chooses the documents; stretches are the same for every seed.
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
  const parts = documents.map((document) => holdOut(document, share));
  return {
    training: parts.map(({ kept }) => kept),
    validation: parts.flatMap(({ held }) => held).filter((part) => countTargets([part]) > 0),
  };
}

/** The ends of a document's stretches, each with the text before it as context; and what is left, joined. */
function holdOut(
  { name, tokens }: TokenDocument,
  share: number,
): { readonly kept: TokenDocument; readonly held: readonly TokenDocument[] } {
  const { length } = tokens;
  const fitting = Math.floor((length * share) / SHORTEST_STRETCH);
  const stretches = Math.min(MOST_STRETCHES, Math.max(1, fitting));
  const kept = new Int32Array(length);
  const held: TokenDocument[] = [];
  let keptCount = 0;
  for (let i = 0; i < stretches; i++) {
    const start = Math.floor((length * i) / stretches);
    const end = Math.floor((length * (i + 1)) / stretches);
    const cut = start + Math.floor((end - start) * (1 - share));
    kept.set(tokens.subarray(start, cut), keptCount);
    keptCount += cut - start;
    const from = Math.max(0, cut - WARM_UP);
    held.push({ name, tokens: tokens.subarray(from, end), context: Math.max(1, cut - from) });
  }
  return { kept: { name, tokens: kept.subarray(0, keptCount) }, held };
}

/** How many predictions documents have: of every token but their contexts'. */
export function countTargets(documents: readonly TokenDocument[]): number {
  return documents.reduce(
    (sum, { tokens, context = 1 }) => sum + Math.max(0, tokens.length - context),
    0,
  );
}

/**
 * Documents cut into pieces of at most `longest` predictions; pieces of one document differ by one at most.
 *
 * @param warmUp A piece begins so many tokens earlier, as far as its document has them; they do not count.
 */
export function cutPieces(
  documents: readonly TokenDocument[],
  longest: number,
  warmUp = 0,
): Piece[] {
  const pieces: Piece[] = [];
  documents.forEach(({ tokens, context = 1 }, document) => {
    const targets = tokens.length - context;
    const count = Math.ceil(targets / longest);
    // The input at one position predicts the token at the next.
    const first = context - 1;
    for (let i = 0; i < count; i++) {
      const countFrom = first + Math.floor((targets * i) / count);
      const end = first + Math.floor((targets * (i + 1)) / count);
      // A context is there to be read: the first piece begins where the document does.
      const start = i === 0 ? 0 : Math.max(0, countFrom - warmUp);
      pieces.push({ document, start, end, countFrom });
    }
  });
  return pieces;
}

/**
 * Engines look tokens up without asking again.
 *
 * @param size Of the model's vocabulary.
 * @throws RangeError where a token is none of the vocabulary's.
 */
export function checkTokens(documents: readonly TokenDocument[], size: number): void {
  for (const { name, tokens, context = 1 } of documents) {
    const at = tokens.findIndex((token) => token < 0 || token >= size);
    if (at >= 0) {
      throw new RangeError(
        `${name}: token ${tokens[at]} at ${at}; expected 0 to ${size - 1}, the model's vocabulary`,
      );
    }
    if (!(Number.isInteger(context) && context >= 1)) {
      throw new RangeError(`${name}: context ${context}; expected a whole number of 1 or more`);
    }
  }
}
