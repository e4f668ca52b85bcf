/** The experiments that look inside: stories, the Odyssey's report, gradients, readable units, and two identities. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { heldOpen } from "../../experiments/papers/contextChange.ts";
import {
  askedStory,
  contextVocabulary,
  distanceOf,
  tellContextStory,
  textOf,
  tokensOf,
} from "../../experiments/papers/contextStories.ts";
import { identities } from "../../experiments/papers/identities.ts";
import {
  firstLineOfSpeech,
  speakerName,
  wordPosition,
} from "../../experiments/papers/interpretableUnits.ts";
import {
  ODYSSEY_CELLS,
  ODYSSEY_DATA,
  ODYSSEY_RATES,
  type OdysseyData,
} from "../../experiments/papers/odyssey.ts";
import { odysseyReport } from "../../experiments/papers/odysseyReport.ts";
import { vanishingGradient } from "../../experiments/papers/vanishingGradient.ts";
import { doInProcess } from "../../experiments/runner.ts";
import { dataPath, missingData } from "../../experiments/shapes/common.ts";
import {
  clamp,
  createLanguageModel,
  createWasmEngine,
  findCell,
  LanguageStream,
  RandomStream,
  streamKey,
} from "../../packages/core/src/index.ts";

describe("stories whose subject changes", () => {
  const stream = new RandomStream(streamKey(1, "stories of a test"));
  const stories = Array.from({ length: 200 }, (_, index) =>
    tellContextStory({ words: 10 + index, changeRate: 0.4 }, stream),
  );
  const names = ["Arjun", "Leo", "Mira", "Nora"];

  it("are as long as asked, to a sentence", () => {
    for (const [index, { words }] of stories.entries()) {
      expect(words.length).toBeLessThanOrEqual(10 + index);
    }
    expect(stories[190].words.length).toBeGreaterThan(150);
  });

  it("tell each fact once, of whom was named last, and ask for it by name", () => {
    for (const { words, facts } of stories) {
      const questions = facts.map(({ question }) => question.join(" "));
      expect(new Set(questions).size).toBe(facts.length);
      for (const { at, answer, question } of facts) {
        expect(words[at]).toBe(answer);
        const named = words.slice(0, at).findLast((word) => names.includes(word));
        expect(question).toContain(named);
      }
    }
  });

  it("mark the names at which the subject changes, and those at which it does not", () => {
    for (const { words, changes, repeats, facts } of stories) {
      let subject = words[0];
      const [turns, again]: [number[], number[]] = [[], []];
      for (const [index, word] of words.entries()) {
        if (index === 0 || !names.includes(word)) continue;
        (word === subject ? again : turns).push(index);
        subject = word;
      }
      expect(changes).toEqual(turns);
      expect(repeats).toEqual(again);
      for (const { at, changesBefore } of facts) {
        expect(changesBefore).toBe(turns.filter((turn) => turn < at).length);
      }
    }
  });

  it("are read by their vocabulary as they are written, and count words from a fact to its answer", () => {
    const [story] = stories;
    const [fact] = story.facts;
    const asked = askedStory(story, fact);
    expect([...contextVocabulary().encode(textOf(asked)).tokens]).toEqual([...tokensOf(asked)]);
    expect([...asked, fact.answer].length - 1 - fact.at).toBe(distanceOf(story, fact));
  });

  it("are read with the forget gate held at 1 as `clamp` holds it", () => {
    const vocabulary = contextVocabulary();
    const sizes = { hiddenSize: 8, layers: 1, embeddingSize: 8, projectionSize: null };
    const model = createLanguageModel(
      { cell: findCell("lstm"), vocabulary, ...sizes, dropout: 0, tieWeights: true },
      { init: "default", forgetBias: 1, chronoSteps: 60, seed: 1 },
    );
    const engine = createWasmEngine();
    const { words } = stories[40];
    const { held } = clamp(model, engine, textOf(words), [{ signal: "f", value: 1 }], { top: 3 });
    const stream = new LanguageStream(heldOpen(model), engine);
    const logits = [...stream.read(tokensOf(words))];
    const best = logits.indexOf(Math.max(...logits));
    const [{ token }] = held.predictions?.top(words.length - 1) ?? [];
    expect(token).toBe(vocabulary.items[best]);
  });
});

describe("the Odyssey's report", () => {
  const run = (
    data: OdysseyData,
    cell: string,
    learningRate: number,
    seed: number,
    loss: number,
  ) => ({
    key: `${data} ${cell} ${learningRate} ${seed}`,
    settings: { data, cell, learningRate, seed, length: 1 },
    result: {
      ...{ parameters: 10, heldLoss: loss, loss },
      accuracy: data === "japanese-vowels" ? 0.9 : null,
    },
    seconds: 1,
  });

  it("takes each variant at its best rate, and tells it from vanilla seed by seed", () => {
    const done = [1, 2, 3].flatMap((seed) =>
      ODYSSEY_CELLS.flatMap(({ cell }, index) => [
        run("tinyshakespeare", cell, 0.01, seed, 2 + index / 10 + seed / 100),
        run("tinyshakespeare", cell, 0.02, seed, 3),
      ]),
    );
    const { tables, verdicts } = odysseyReport(done);
    const [vanilla, nig] = tables[0].rows;
    expect(vanilla.slice(0, 2)).toEqual(["lstm-peephole", "vanilla: the LSTM with peepholes"]);
    expect(nig.slice(3)).toEqual([
      "0.01 (end of the range)",
      "2.120 [2.095, 2.145]",
      "+0.100 [+0.100, +0.100]",
    ]);
    expect(verdicts[0].reached).toBe(false);
  });

  it("is complete with five seeds of every variant at every rate, and says which rates end the range", () => {
    const done = ODYSSEY_DATA.flatMap((data) =>
      ODYSSEY_CELLS.flatMap(({ cell }) =>
        ODYSSEY_RATES[data].flatMap((rate, place) =>
          [1, 2, 3, 4, 5].map((seed) =>
            run(data, cell, rate, seed, cell === "lstm-nfg" ? 2 - place : 1 + (place - 1) ** 2),
          ),
        ),
      ),
    );
    const [whole, characters] = odysseyReport(done).verdicts;
    expect(whole).toMatchObject({
      measured: "5 seeds of 72 of 72 pairs of variant and rate",
      reached: true,
    });
    expect(characters.measured).toMatch(/end of the range of rates, .*: lstm-nfg 0.08$/);
    const [lacking] = odysseyReport(done.slice(1)).verdicts;
    expect(lacking).toMatchObject({
      measured:
        "5 seeds of 71 of 72 pairs of variant and rate; fewer: tinyshakespeare lstm-peephole at 0.005: 4",
      reached: false,
    });
  });

  it("passes a rate over at which a run diverged", () => {
    const broken = { ...run("tinyshakespeare", "lstm-peephole", 0.01, 1, 1) };
    const done = [
      { ...broken, result: { ...broken.result, heldLoss: null, loss: null } },
      run("tinyshakespeare", "lstm-peephole", 0.02, 1, 2),
    ];
    expect(odysseyReport(done).tables[0].rows[0].slice(3, 5)).toEqual([
      "0.02 (end of the range)",
      "2.000",
    ]);
  });
});

it("the gradient of a simple network falls exponentially, the open LSTM's does not: the quick form", async () => {
  const done = await doInProcess(vanishingGradient, { seeds: null, quick: true });
  const { verdicts } = await vanishingGradient.report(done);
  // An RNN, an LSTM with bias 1, with chrono, with bias 10, a GRU: of the second and the last nothing is asked.
  const reached = verdicts.map((verdict) => verdict.reached);
  expect([reached[0], reached[1], reached[2], reached[4]]).toEqual([true, null, true, null]);
  const [rnn] = done;
  const [{ norms, rate }] = rnn.result.states;
  expect(norms[0]).toEqual([0, 1]);
  expect(rate).toBeLessThan(0.95);
});

it("the guide's identities hold on both engines", async () => {
  const done = await doInProcess(identities, { seeds: null, quick: false });
  const { verdicts } = await identities.report(done);
  expect(verdicts.map(({ reached }) => reached)).toEqual([true, true]);
});

describe("labels of a play", () => {
  const text = "it: is.\n\nFirst Citizen:\nWe know't, sir:\nWe do.\n\nALL:\nNo!";
  const tokens = [...text];
  const labelled = (labels: ArrayLike<number | boolean>): string =>
    tokens.filter((_, index) => labels[index] === 1).join("");

  const play = "tinyshakespeare.txt";
  const absent = missingData([play]).length > 0;
  it.skipIf(absent)(
    `cannot be of quotes or brackets: of the 65 characters there is none${absent ? ` (left out: no ../shared/data/${play})` : ""}`,
    () => {
      const characters = new Set(readFileSync(dataPath(play), "utf8"));
      expect(characters.size).toBe(65);
      expect([...characters].filter((character) => /["“”«»[\](){}<>]/.test(character))).toEqual([]);
    },
  );

  it("mark who speaks, and not another line with a colon", () => {
    expect(labelled(speakerName(tokens))).toBe("First Citizen:ALL:");
  });

  it("mark the first line of each speech", () => {
    expect(labelled(firstLineOfSpeech(tokens))).toBe("We know't, sir:No!");
  });

  it("count the letters of a word, with its apostrophe", () => {
    expect([...Array.from(wordPosition([..."We know't, sir"]))]).toEqual([
      ...[1, 2, 0, 1, 2, 3, 4, 5, 6, 0, 0, 1, 2, 3],
    ]);
  });
});
