/** aⁿbⁿ and aⁿbⁿcⁿ: what is read, what is judged, and the quick form of the experiment. */
import { describe, expect, it } from "vitest";
import { counting, openCount } from "../../experiments/papers/counting.ts";
import {
  documentOf,
  rightUpTo,
  stringOf,
  vocabularyOf,
} from "../../experiments/papers/countingLanguages.ts";
import { doInProcess } from "../../experiments/runner.ts";
import { createLanguageModel, createWasmEngine, findCell } from "../../packages/core/src/index.ts";

describe("the counting languages", () => {
  it("write each symbol n times between S and T", () => {
    expect(stringOf("ab", 3)).toBe("SaaabbbT");
    expect(stringOf("abc", 2)).toBe("SaabbccT");
  });

  it("leave out what nobody can tell: up to the first b all is context", () => {
    const { tokens, context } = documentOf("abc", 2);
    const symbols = Array.from(tokens, (token) => vocabularyOf("abc").items[token]);
    expect(symbols.slice(0, context)).toEqual([..."Saab"]);
    expect(symbols.slice(context)).toEqual([..."bccT"]);
  });

  it("count the a's without their b, and nothing once c's come", () => {
    expect(openCount([..."SaabbccT"])).toEqual([0, 1, 2, 1, 0, Number.NaN, Number.NaN, Number.NaN]);
    expect(openCount([..."SabTSaab"])).toEqual([0, 1, 0, 0, 0, 1, 2, 1]);
  });

  it("are right up to 0 for a model that thinks b the likeliest always, up to 1 for one that thinks T", () => {
    const model = createLanguageModel(
      {
        ...{ cell: findCell("lstm"), vocabulary: vocabularyOf("ab"), hiddenSize: 2, layers: 1 },
        ...{ embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
      },
      { init: "default", forgetBias: null, chronoSteps: 0, seed: 1 },
    );
    const bias = model.parameters.tensor(model.linear.bias).offset;
    const upTo = (favoured: string): number => {
      model.weights.fill(0);
      model.weights[bias + vocabularyOf("ab").items.indexOf(favoured)] = 1;
      return rightUpTo(model, createWasmEngine(), "ab", 10);
    };
    expect(upTo("b")).toBe(0);
    expect(upTo("T")).toBe(1);
  });
});

describe("the quick form", () => {
  it("goes on beyond what was taught, and names a unit that climbs by one step an a and falls by one a b", async () => {
    const done = await doInProcess(counting, { seeds: null, quick: true });
    const [{ result }] = done;
    expect(result.rightUpTo).toBeGreaterThanOrEqual(20);
    const { counter } = result;
    expect(counter?.signal).toBe("c");
    expect(counter?.score).toBeGreaterThan(0.99);
    expect(counter?.score).toBeGreaterThan(counter?.level ?? 1);
    expect((counter?.climb ?? 0) / (counter?.fall ?? 0)).toBeCloseTo(-1, 1);
    const { figures } = await counting.report(done);
    expect(figures.map(({ name }) => name)).toEqual(["ab"]);
  });
});
