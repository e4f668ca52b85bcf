import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TOKEN_KINDS } from "../../src/data/vocabulary.ts";
import { CellstateError } from "../../src/errors.ts";
import { type Condition, fitGenerationTask } from "../../src/tasks/generation.ts";
import { fitTaggingTask } from "../../src/tasks/tagging.ts";
import { fitTransductionTask } from "../../src/tasks/transduction.ts";
import { stepsOf, throughJson, tokensOf } from "./support.ts";

const refused = (message: string) => new CellstateError("data", message);
const END = 2;

describe("transduction", () => {
  const inputs = ["ab", "b"];
  const targets = ["1-2", ""];
  const task = fitTransductionTask({ name: "pairs.tsv", inputs, targets });

  it("has a vocabulary for each side, and ends both", () => {
    expect(task.ports).toEqual({
      input: { kind: "tokens", size: 5 },
      output: { kind: "tokens", size: 6, start: 1, end: END },
    });
    const { input, target } = task.encode(inputs, targets, "pairs.tsv");
    expect(tokensOf(input, 0)).toEqual([3, 4, END]);
    expect(tokensOf(target, 0)).toEqual([4, 3, 5, END]);
    expect(tokensOf(target, 1)).toEqual([END]);
    expect(task.longestTarget).toBe(4);
  });

  it.each(TOKEN_KINDS)("gives any text of %s back that it was made from", (tokens) => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, text, (source, sample) => {
        const side = { tokens };
        const fitted = fitTransductionTask(
          { name: "p", inputs: [source], targets: [sample] },
          { source: side, target: side },
        );
        const restored = throughJson(fitted);
        if (restored.kind !== "transduction") throw new Error(restored.kind);
        const encoded = tokensOf(restored.encode([source], [sample], "p").target, 0);
        expect(encoded).toEqual(tokensOf(fitted.encode([source], [sample], "p").target, 0));
        expect(encoded.at(-1)).toBe(END);
        const output = {
          tokens: encoded.slice(0, -1),
          ended: true,
          logProbability: 0,
          attention: null,
        };
        expect(restored.decode(output, source)).toEqual({
          text: sample,
          probability: 1,
          attention: null,
        });
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it("gives the geometric mean of the probabilities, and where each token looked", () => {
    const weights = Float32Array.of(1, 0, 0, 0, 0.5, 0.5);
    const output = {
      tokens: [4],
      ended: true,
      logProbability: 2 * Math.log(0.5),
      attention: weights,
    };
    const { probability, ...prediction } = task.decode(output, "a?");
    expect(probability).toBeCloseTo(0.5, 12);
    expect(prediction).toEqual({
      text: "1",
      attention: { source: ["a", "?", "<end>"], target: ["1", "<end>"], weights },
    });
  });

  it("has no end among the targets, nor its probability, where it was cut off", () => {
    const weights = Float32Array.of(1, 0, 0, 0, 0.5, 0.5);
    const logProbability = 2 * Math.log(0.5);
    const output = { tokens: [4, 4], ended: false, logProbability, attention: weights };
    const { probability, ...prediction } = task.decode(output, "a?");
    expect(probability).toBeCloseTo(0.5, 12);
    expect(prediction).toEqual({
      text: "11",
      attention: { source: ["a", "?", "<end>"], target: ["1", "1"], weights },
    });
  });

  it("shows an unknown token that was written as �", () => {
    const output = { tokens: [0, 4], ended: true, logProbability: 0, attention: null };
    expect(task.decode(output, "a").text).toBe("�1");
  });

  it("teaches no end where it cuts a target", () => {
    const short = fitTransductionTask({ name: "p", inputs, targets }, { mostSteps: 1 });
    const { input, target } = short.encode(inputs, targets, "p");
    expect(tokensOf(input, 0)).toEqual([3, END]);
    expect(tokensOf(target, 0)).toEqual([4]);
    expect(short.surveyTargets(["1-2", "x"])).toMatchObject({
      cut: 1,
      unknown: new Map([["x", 1]]),
    });
  });

  it("joins words and signs as they stood", () => {
    const words = fitTransductionTask(
      { name: "p", inputs, targets: ["It's late, isn't it?"].concat("x") },
      { target: { tokens: "words" } },
    );
    const encoded = tokensOf(words.encode(["a"], ["It's late, isn't it?"], "p").target, 0);
    expect(encoded.length).toBe(7);
    const output = {
      tokens: encoded.slice(0, -1),
      ended: true,
      logProbability: 0,
      attention: null,
    };
    expect(words.decode(output, "a").text).toBe("It's late, isn't it?");
  });

  it("refuses a side without text", () => {
    expect(() => fitTransductionTask({ name: "p.tsv", inputs, targets: ["", ""] })).toThrow(
      refused("p.tsv: every text is empty; give texts to learn from"),
    );
  });
});

describe("tagging", () => {
  const inputs = ["ab", ["the", "a"], ""];
  const targets = [["C", "V"], "CV", []];
  const task = fitTaggingTask({ name: "tags.jsonl", inputs, targets });

  it("gives each token a class at its step", () => {
    expect(task.ports).toEqual({
      input: { kind: "tokens", size: 4 },
      output: { kind: "classes", size: 2, each: "step" },
    });
    const { input, target } = task.encode(inputs, targets, "tags.jsonl");
    expect([0, 1, 2].map((example) => tokensOf(input, example))).toEqual([[1, 2], [3, 1], []]);
    expect([0, 1, 2].map((example) => tokensOf(target, example))).toEqual([[0, 1], [0, 1], []]);
    expect(tokensOf(task.encode(["az"], null, "more").input, 0)).toEqual([1, 0]);
    expect(task.survey(["az"], "more").unknown).toEqual(new Map([["z", 1]]));
  });

  it("reads tokens that come once among many as unknown", () => {
    const once = Array.from({ length: 1001 }, (_, index) => `w${index}`);
    const tags = Array.from({ length: 1003 }, (_, index) => (index % 2 === 0 ? "C" : "V"));
    const many = fitTaggingTask({ name: "t", inputs: [[...once, "a", "a"]], targets: [tags] });
    expect(tokensOf(many.encode([["w7", "a"]], null, "t").input, 0)).toEqual([0, 1]);
    expect(many.ports.input).toEqual({ kind: "tokens", size: 2 });
    const all = fitTaggingTask({ name: "t", inputs: [once], targets: [tags.slice(2)] });
    expect(all.ports.input).toEqual({ kind: "tokens", size: 1002 });
  });

  it("answers a tag a step, with its probability", () => {
    const heads = [Float32Array.of(0.75, 0.25, 0.125, 0.875)];
    expect(task.decode({ steps: 2, heads }, "ab")).toEqual({
      tags: ["C", "V"],
      probabilities: Float32Array.of(0.75, 0.875),
    });
  });

  it("is the same task out of a file", () => {
    const restored = throughJson(task);
    if (restored.kind !== "tagging") throw new Error(restored.kind);
    expect(restored.toJson()).toEqual(task.toJson());
    expect(tokensOf(restored.encode(inputs, targets, "t").target, 1)).toEqual([0, 1]);
  });

  it("names the example with more tokens than tags", () => {
    const message = "t.jsonl: example 2: 3 tokens and 2 tags; give each token one tag";
    const wrong = { name: "t.jsonl", inputs: ["ab", "abc"], targets: ["CV", "CV"] };
    expect(() => fitTaggingTask(wrong)).toThrow(refused(message));
    expect(() => task.encode(wrong.inputs, wrong.targets, "t.jsonl")).toThrow(refused(message));
  });

  it("names the token without a tag, and the tag that it does not know", () => {
    expect(() => task.encode(["ab"], [["C", ""]], "t")).toThrow(
      refused("t: example 1: token 2 has no tag; give it one"),
    );
    const { target } = task.encode(["ab"], [["C", "X"]], "t");
    expect(() => tokensOf(target, 0)).toThrow(
      refused(
        't: example 1, token 2: `tag` is "X", which the model was not trained on; it knows "C", "V"',
      ),
    );
  });

  it("refuses one tag for all tokens, and only empty sequences", () => {
    expect(() => fitTaggingTask({ name: "t", inputs: ["ab"], targets: ["CC"] })).toThrow(
      refused('t: column `tag` holds "C" in every token; give examples of another label too'),
    );
    expect(() => fitTaggingTask({ name: "t", inputs: [""], targets: [""] })).toThrow(
      refused("t: every sequence is empty; give sequences to learn from"),
    );
  });
});

describe("generation", () => {
  const inputs: Condition[] = ["Czech", "Arabic", "Czech"];
  const targets = ["ab", "b", "a"];
  const examples = { name: "names.tsv", inputs, targets };
  const task = fitGenerationTask(examples, { condition: "country" });

  it("reads a label as a 1 in its place, and writes a text", () => {
    expect(task.ports).toEqual({
      input: { kind: "vector", width: 2 },
      output: { kind: "tokens", size: 5, start: 1, end: END },
    });
    expect([task.labels, task.longestTarget]).toEqual([["Arabic", "Czech"], 3]);
    const { input, target } = task.encode(inputs, targets, "names.tsv");
    expect(stepsOf(input, 0)).toEqual([[0, 1]]);
    expect(stepsOf(input, 1)).toEqual([[1, 0]]);
    expect(tokensOf(target, 0)).toEqual([3, 4, END]);
    const output = { tokens: [4, 3], ended: true, logProbability: 0, attention: null };
    expect(task.decode(output, "Czech")).toEqual({ text: "ba", probability: 1 });
  });

  it("says which label it does not know", () => {
    const { input } = task.encode(["Elvish"], null, "--from");
    expect(() => stepsOf(input, 0)).toThrow(
      refused(
        '--from: row 1: `country` is "Elvish", which the model was not trained on; it knows "Arabic", "Czech"',
      ),
    );
  });

  it("reads a row of attributes", () => {
    const rows: Condition[] = [{ size: 1 }, { size: 3 }];
    const of = fitGenerationTask({ name: "r", inputs: rows, targets: ["a", "b"] });
    expect(of.labels).toBeNull();
    expect(stepsOf(of.encode(rows, null, "r").input, 1)).toEqual([[1]]);
    const restored = throughJson(of);
    if (restored.kind !== "generation") throw new Error(restored.kind);
    expect(stepsOf(restored.encode(rows, null, "r").input, 0)).toEqual([[-1]]);
  });

  it("keeps the condition from the network where it is to do without", () => {
    const without = fitGenerationTask(examples, { unconditional: true });
    const restored = throughJson(without);
    if (restored.kind !== "generation") throw new Error(restored.kind);
    expect(restored.ports.input).toEqual({ kind: "vector", width: 1 });
    const { input } = restored.encode(inputs, null, "names.tsv");
    expect([stepsOf(input, 0), stepsOf(input, 1)]).toEqual([[[1]], [[1]]]);
  });

  it("is the same task out of a file", () => {
    expect(throughJson(task).toJson()).toEqual(task.toJson());
  });
});
