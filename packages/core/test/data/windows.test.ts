import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countTargets,
  cutPieces,
  splitDocuments,
  type TokenDocument,
} from "../../src/data/documents.ts";
import { trainingPieces, type Window, WindowReader } from "../../src/data/windows.ts";
import { streamKey } from "../../src/numbers/random.ts";

/** Documents whose tokens say where they stand: 1000 · document + position. */
function documentsOf(lengths: readonly number[]): TokenDocument[] {
  return lengths.map((length, d) => ({
    name: `document ${d}`,
    tokens: Int32Array.from({ length }, (_, position) => d * 1000 + position),
  }));
}

/** All counted [input, target] pairs of an epoch, sorted by target. */
function pairs(reader: WindowReader, batchSize: number): [number, number][] {
  const found: [number, number][] = [];
  for (let window = reader.next(); window; window = reader.next()) {
    let counted = 0;
    for (let row = 0; row < window.steps * batchSize; row++) {
      if (window.targets[row] < 0) continue;
      found.push([window.inputs[row], window.targets[row]]);
      counted++;
    }
    expect(window.counted).toBe(counted);
  }
  return found.sort((a, b) => a[1] - b[1]);
}

/** A window without what earlier ones left behind its last step. */
function used(window: Window | null, batchSize: number) {
  if (!window) return null;
  const rows = window.steps * batchSize;
  const { inputs, targets, pieces, ...rest } = window;
  return {
    ...rest,
    inputs: inputs.slice(0, rows),
    targets: targets.slice(0, rows),
    pieces: [...pieces],
  };
}

const shapes = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  window: fc.integer({ min: 1, max: 9 }),
  epoch: fc.integer({ min: 0, max: 3 }),
});

describe("WindowReader", () => {
  it("gives every token but each document's first as a target once, after the token before it", () => {
    fc.assert(
      fc.property(shapes, ({ lengths, batchSize, window, epoch }) => {
        const documents = documentsOf(lengths);
        fc.pre(lengths.some((length) => length > 1));
        const shape = { batchSize, window };
        const reader = new WindowReader(documents, trainingPieces(documents, shape), shape);
        reader.begin(streamKey(1, "order", epoch));
        const wanted = documents.flatMap(({ tokens }) => [...tokens].slice(1));
        const found = pairs(reader, batchSize);
        expect(found.map(([, target]) => target)).toEqual(wanted.sort((a, b) => a - b));
        expect(found.every(([input, target]) => target === input + 1)).toBe(true);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("goes on after skipped windows as if they had been read", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 12 }), (spec, skipped) => {
        const { batchSize } = spec;
        const documents = documentsOf(spec.lengths);
        fc.pre(spec.lengths.some((length) => length > 1));
        const pieces = trainingPieces(documents, spec);
        const key = streamKey(1, "order", spec.epoch);
        const read = new WindowReader(documents, pieces, spec);
        read.begin(key);
        for (let i = 0; i < skipped; i++) read.next();
        const skip = new WindowReader(documents, pieces, spec);
        skip.begin(key);
        skip.skip(skipped);
        expect(skip.atEnd).toBe(read.atEnd);
        expect(used(skip.next(), batchSize)).toEqual(used(read.next(), batchSize));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it("marks a row's start only where its piece starts", () => {
    const documents = documentsOf([7]);
    const shape = { batchSize: 1, window: 3 };
    const reader = new WindowReader(documents, trainingPieces(documents, shape), shape);
    expect(reader.next()?.starts).toEqual([true]);
    expect(reader.next()?.starts).toEqual([false]);
    expect(reader.next()).toBeNull();
  });

  it("reads one long document as rows side by side, all of it", () => {
    const documents = documentsOf([101]);
    const shape = { batchSize: 4, window: 10 };
    const reader = new WindowReader(documents, trainingPieces(documents, shape), shape);
    const window = reader.next();
    expect([...(window?.inputs.slice(0, 4) ?? [])]).toEqual([0, 25, 50, 75]);
  });

  it("refuses documents in which nothing can be predicted, by name", () => {
    const documents = documentsOf([1, 0]);
    expect(() => trainingPieces(documents, { batchSize: 2, window: 5 })).toThrow(
      "document 0, document 1: nothing to learn from; a text needs two tokens at least, give a longer one",
    );
    const many = documentsOf(Array.from({ length: 9_000 }, () => 1));
    expect(() => trainingPieces(many, { batchSize: 2, window: 5 })).toThrow(
      /^document 0, document 1, document 2, 8997 more: nothing to learn from; /,
    );
  });
});

describe("cutPieces", () => {
  it("counts each prediction once, after as many tokens of warm-up as there are", () => {
    const pieces = cutPieces(documentsOf([11]), 4, 2);
    expect(pieces).toEqual([
      { document: 0, start: 0, end: 3, countFrom: 0 },
      { document: 0, start: 1, end: 6, countFrom: 3 },
      { document: 0, start: 4, end: 10, countFrom: 6 },
    ]);
  });

  it("reads a document's context from its beginning, without warm-up too", () => {
    const [document] = documentsOf([11]);
    expect(cutPieces([{ ...document, context: 5 }], 4)).toEqual([
      { document: 0, start: 0, end: 7, countFrom: 4 },
      { document: 0, start: 7, end: 10, countFrom: 7 },
    ]);
  });
});

describe("splitDocuments", () => {
  it("holds out the end of each of a few short documents, after a context from before it", () => {
    const { training, validation } = splitDocuments(documentsOf([100, 40]), 0.05, 1);
    expect(training.map(({ tokens }) => tokens.length)).toEqual([95, 38]);
    expect(validation.map(({ context }) => context)).toEqual([95, 38]);
    expect([...validation[1].tokens.slice(38)]).toEqual([1038, 1039]);
  });

  it("shares a long document out: every token is trained on or predicted in validation", () => {
    const tokens = Int32Array.from({ length: 70_001 }, (_, position) => position);
    const { training, validation } = splitDocuments([{ name: "long", tokens }], 0.05, 1);
    expect(validation).toHaveLength(3);
    const held = validation.flatMap((part) => [...part.tokens.slice(part.context)]);
    expect(held.length / 70_001).toBeCloseTo(0.05, 4);
    const all = [...training[0].tokens, ...held].sort((a, b) => a - b);
    expect(all).toEqual([...tokens]);
    for (const part of validation) expect(part.tokens[0]).toBe(part.tokens[128] - 128);
    expect(countTargets(validation)).toBe(held.length);
  });

  it("holds out whole documents of many, others for another seed", () => {
    const documents = documentsOf(Array.from({ length: 40 }, () => 5));
    const held = (seed: number) =>
      splitDocuments(documents, 0.1, seed).validation.map(({ name }) => name);
    expect(held(1)).toHaveLength(4);
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
  });
});
