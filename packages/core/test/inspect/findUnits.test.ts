import { describe, expect, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { gru, lstm, lstmProjection } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { areaUnderCurve, correlation } from "../../src/inspect/correlation.ts";
import { findUnits } from "../../src/inspect/findUnits.ts";
import { brackets, linePosition, type Predicate, quotes } from "../../src/inspect/predicates.ts";
import { trace } from "../../src/inspect/trace.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import { lstmByHand } from "./lstmByHand.ts";

const ALPHABET = "abcd “”\n()";
const vocabulary = Vocabulary.of([ALPHABET], "characters");

/** Words, some of them in quotes and brackets. */
function writeText(length: number, seed: number): string {
  const random = new RandomStream(streamKey(seed, "text"));
  let text = "";
  let isQuoted = false;
  let depth = 0;
  while (text.length < length) {
    const chance = random.integer(20);
    if (chance === 0) {
      text += isQuoted ? "”" : "“";
      isQuoted = !isQuoted;
    } else if (chance === 1 && depth < 3) {
      text += "(";
      depth++;
    } else if (chance === 2 && depth > 0) {
      text += ")";
      depth--;
    } else if (chance === 3) text += "\n";
    else text += "abcd "[random.integer(5)];
  }
  return text.slice(0, length);
}

/** Unit 2 of the lower layer is 1 inside quotes, unit 4 counts brackets; all else is random. */
const model = lstmByHand(vocabulary, 6, [
  { unit: 2, f: { "”": -40, "": 20 }, i: { "“": 40, "": -20 }, g: { "": 20 } },
  { unit: 4, f: { "": 40 }, i: { "(": 60, ")": 60, "": -30 }, g: { "(": 40, ")": -40 } },
]);
const engine = createReferenceEngine();
const text = writeText(1500, 1);

describe("findUnits", () => {
  it("names first a unit that latches on a quote, and holds it to be above the level", () => {
    const found = findUnits(model, engine, [text], quotes, { count: 3 });
    const [best, second] = found.units;
    expect(best).toMatchObject({ layer: 0, unit: 2, sign: 1, above: true });
    expect(best.score).toBeGreaterThan(0.999);
    expect(best.auc).toBe(1);
    expect(best.p).toBe(1 / 101);
    expect(second.score).toBeLessThan(best.score);
    expect(found).toMatchObject({ labels: "binary", considered: 24 });
    expect(found.steps).toEqual({ chosenOn: 750, scoredOn: 750 });
  });

  it("names first a unit that counts, for a predicate of numbers", () => {
    const { units, labels } = findUnits(model, engine, [text], brackets, { signals: ["c"] });
    expect(units[0]).toMatchObject({ layer: 0, signal: "c", unit: 4, auc: null });
    expect(units[0].score).toBeGreaterThan(0.999);
    expect(labels).toBe("numbers");
  });

  it("follows a label that is turned round by a sign of −1", () => {
    const outside: Predicate = (tokens) => Array.from(quotes(tokens), (label) => label === 0);
    const [best] = findUnits(model, engine, [text], outside).units;
    expect(best).toMatchObject({ unit: 2, sign: -1, above: true, auc: 1 });
    expect(best.score).toBeGreaterThan(0.999);
  });

  it("scores by correlation and area over the steps of the second half, as a trace has them", () => {
    const { units, all } = findUnits(model, engine, [text], quotes, { count: 24 });
    const { layers } = trace(model, engine, text);
    const known = Array.from(quotes([...text])).slice(750);
    for (const { layer, signal, unit, score, sign, auc } of units) {
      const values = known.map((_, t) => layers[layer][signal].at(750 + t, unit));
      expect(score).toBeCloseTo(sign * correlation(values, known.map(Number)), 10);
      const area = areaUnderCurve(values, known.map(Number));
      expect(auc).toBeCloseTo(sign > 0 ? area : 1 - area, 12);
      const row = all.find((one) => one.layer === layer && one.signal === signal);
      expect(row?.scores[unit]).toBe(score);
    }
  });

  it("gives the same on the wasm engine, but for rounding, and for windows of another size", () => {
    const byReference = findUnits(model, engine, [text], linePosition);
    const byWasm = findUnits(model, createWasmEngine(), [text], linePosition);
    expect(byWasm.level).toBeCloseTo(byReference.level, 4);
    expect(byWasm.units[0].score).toBeCloseTo(byReference.units[0].score, 4);
  });

  it("leaves out steps whose label is NaN", () => {
    const some: Predicate = (tokens) =>
      Array.from(quotes(tokens), (label, t) => (t % 3 === 0 ? Number.NaN : Number(label)));
    const found = findUnits(model, engine, [text], some);
    expect(found.steps).toEqual({ chosenOn: 500, scoredOn: 500 });
    expect(found.units[0].score).toBeGreaterThan(0.999);
    expect(found.units[0].auc).toBe(1);
  });

  it("chooses on some texts and scores on others, each from the initial state", () => {
    const texts = [writeText(300, 2), writeText(200, 3), writeText(150, 4), writeText(70, 5)];
    const found = findUnits(model, engine, texts, quotes);
    expect(found.steps).toEqual({ chosenOn: 370, scoredOn: 350 });
    expect(found.units[0]).toMatchObject({ layer: 0, unit: 2, above: true });
  });

  it("looks by default at what the cell carries, and at a projection's own width", () => {
    const looked = (cell: Cell) => {
      const projectionSize = cell === gru ? null : 2;
      const sizes = { hiddenSize: 5, layers: 1, embeddingSize: 3, projectionSize };
      const own = createLanguageModel(
        { cell, vocabulary, ...sizes, dropout: 0, tieWeights: false },
        { init: "default", forgetBias: null, chronoSteps: 8, seed: 1 },
      );
      const { all } = findUnits(own, engine, [text], quotes);
      return all.map(({ signal, scores }) => [signal, scores.length]);
    };
    expect(looked(gru)).toEqual([["h", 5]]);
    expect(looked(lstmProjection)).toEqual([
      ["c", 5],
      ["h", 2],
    ]);
  });

  it("takes weights in place of the model's, as while it is trained", () => {
    const other = lstmByHand(vocabulary, 6, []);
    const { weights } = model;
    expect(findUnits(other, engine, [text], quotes, { weights })).toEqual(
      findUnits(model, engine, [text], quotes),
    );
  });

  it("reads a word that the model does not know as its unknown word", () => {
    const words = new Vocabulary("words", ["<unknown>", "a", "b", " a", " b", "“", "”", " “"]);
    const own = lstmByHand(words, 4, []);
    const said = "a b “a zebra” b a “b” a b “a” ".repeat(6);
    expect(findUnits(own, engine, [said], quotes).units).toHaveLength(16);
  });

  it("tells the predicate the words of the text, also those that the model does not know", () => {
    const words = new Vocabulary("words", ["<unknown>", "a", " a", " b"]);
    const own = lstmByHand(words, 4, []);
    const said = "a zebra b a a zebra";
    const seen: string[] = [];
    const isZebra: Predicate = (tokens) => {
      seen.push(...tokens);
      return tokens.map((token) => token.trim() === "zebra");
    };
    findUnits(own, engine, [said], isZebra);
    expect(seen).toEqual(["a", " zebra", " b", " a", " a", " zebra"]);
  });

  it("gives the same twice", () => {
    const twice = [1, 2].map(() => findUnits(model, engine, [text], linePosition, { seed: 3 }));
    expect(twice[0]).toEqual(twice[1]);
  });
});

/** A label that changes now and then and has nothing to do with the text. */
const unrelated =
  (seed: number): Predicate =>
  (tokens) => {
    const random = new RandomStream(streamKey(seed, "label"));
    let label = 0;
    return tokens.map(() => {
      if (random.integer(15) === 0) label = 1 - label;
      return label;
    });
  };

it("finds something in about one of twenty searches where there is nothing to find", () => {
  const random = lstmByHand(vocabulary, 4, []);
  let found = 0;
  let byPermutation = 0;
  for (let seed = 0; seed < 200; seed++) {
    const length = 400;
    const search = findUnits(random, engine, [writeText(length, seed)], unrelated(seed), {
      count: 16,
    });
    if (search.aboveLevel > 0) found++;
    // Were the steps independent, as after a permutation, the best of 16 would be above 2.7 / √n in one of twenty searches.
    if (search.units[0].score > 2.7 / Math.sqrt(length / 2)) byPermutation++;
  }
  // 10 expected; more than 19 come once in 400 such series.
  expect(found).toBeLessThan(20);
  expect(byPermutation).toBeGreaterThan(40);
});

describe("findUnits refuses in one line", () => {
  const tooFew = () => findUnits(model, engine, ["abc"], quotes);
  it.each([
    [
      () => findUnits(model, engine, [text], quotes, { layers: [3] }),
      "layer 3: the model has layers 0 to 1",
    ],
    [
      () => findUnits(model, engine, [text], quotes, { signals: ["q"] }),
      'no signal "q" in layer 0 (lstm); its equations name f, i, g, o, c, h',
    ],
    [
      () => findUnits(model, engine, [text], quotes, { signals: [] }),
      "no signal was asked for; name a layer and a signal",
    ],
    [
      () => findUnits(model, engine, [text], quotes, { shifts: 5 }),
      "findUnits: shifts is 5, wanted a whole number of 19 or more",
    ],
    [
      () => findUnits(model, engine, [text], quotes, { count: 0 }),
      "findUnits: count is 0, wanted a whole number of 1 or more",
    ],
    [
      () => findUnits(model, engine, ["ab", "c\ndé"], quotes),
      'text 1 has "é" at character 4, line 2, which the model does not know; it knows 10 characters, among them ',
    ],
    [() => findUnits(model, engine, ["ab", ""], quotes), "text 1 is empty; give a few words"],
    [
      () => findUnits(model, engine, [], quotes),
      "findUnits: there are no texts; give at least one",
    ],
    [
      tooFew,
      "the label is 0 at all labelled steps of the part of the input that is to choose units; give longer inputs, or others",
    ],
    [
      () => findUnits(model, engine, [text], () => [1]),
      "the predicate gave 1 labels for the 1500 tokens of text 0; it must give one a token",
    ],
    [
      () =>
        findUnits(model, engine, [text], quotes, {
          weights: model.weights.slice().fill(Number.NaN),
        }),
      "none changes, or is a number, over the part of the input that is to choose units",
    ],
  ])("%#", (search, message) => {
    expect(search).toThrow(message);
  });
});

describe("where the same steps choose and score", () => {
  it("the best unit is above the level for one span in twenty that means nothing", () => {
    const { model, steps, text } = wanderer();
    const spans = 200;
    let above = 0;
    for (let span = 0; span < spans; span++) {
      const stream = new RandomStream(streamKey(7, "span", span));
      const [start, length] = [stream.integer(steps), 8 + stream.integer(40)];
      const labels = Array.from({ length: steps }, (_, t) => (t - start + steps) % steps < length);
      const found = findUnits(model, createWasmEngine(), [text], [labels], {
        ...{ heldOut: false, seed: span, shifts: 59 },
      });
      if (found.units[0].score > found.level) above++;
    }
    // 10 are expected; of 200 with p = 0.05 more than 22 come once in 10,000 times.
    expect(above).toBeLessThanOrEqual(22);
    expect(above).toBeGreaterThan(0);
  }, 60_000);
});

/** A model whose weights are as they were drawn, and a text without meaning: what its units do has nothing to do with any span. */
function wanderer() {
  const steps = 200;
  const letters = new RandomStream(streamKey(5, "letters"));
  const text = Array.from({ length: steps }, () => "abcdefgh"[letters.integer(8)]).join("");
  const vocabulary = Vocabulary.of([text], "characters");
  const sizes = { hiddenSize: 12, layers: 1, embeddingSize: 0, projectionSize: null } as const;
  const model = createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "default", forgetBias: 2, chronoSteps: 50, seed: 3 },
  );
  return { model, steps, text };
}
