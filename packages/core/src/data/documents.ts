/**
 * Documents of tokens, how they are split into a part to train on and one to validate on, and how they are cut into
 * pieces that run side by side in the rows of a batch.
 */
import { RandomStream, streamKey } from "../numbers/random.ts";

/** One text: state never runs across its borders. */
export interface TokenDocument {
  readonly name: string;
  readonly tokens: Int32Array;
}

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

/**
 * Documents cut into pieces of at most `longest` predictions; pieces of one document differ by one at most.
 *
 * @param warmUp A piece that does not begin its document begins so many tokens earlier, which do not count.
 */
export function cutPieces(
  documents: readonly TokenDocument[],
  longest: number,
  warmUp = 0,
): Piece[] {
  const pieces: Piece[] = [];
  documents.forEach(({ tokens }, document) => {
    const targets = tokens.length - 1;
    const count = Math.ceil(targets / longest);
    for (let i = 0; i < count; i++) {
      const countFrom = Math.floor((targets * i) / count);
      const end = Math.floor((targets * (i + 1)) / count);
      pieces.push({ document, start: Math.max(0, countFrom - warmUp), end, countFrom });
    }
  });
  return pieces;
}
