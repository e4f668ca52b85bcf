/**
 * seq2seq, aligned: a tag for each letter of a name, by a rule that reads both ways.
 *
 *     The vowels are a, e, i, o, u. A letter is tagged by the last vowel before it and the last vowel of the name that comes after
 *     it: `=` where the two are the same letter, `/` where they differ, `-` where there is none before or none after.
 *
 * So a letter with no vowel before it is a `-` whatever comes, and every other letter's tag waits for the name's end. A network that
 * reads forward knows the one half; to compare two halves that meet at each letter takes a second layer.
 */
import { readFileSync } from "node:fs";
import {
  bootstrapSums,
  createTaskModel,
  fitTaggingTask,
  Predictor,
  splitByKey,
  sumsOf,
  trainTask,
} from "../../packages/core/src/index.ts";
import { dataPath, figureOf, follow, mean, pick, type ShapeExperiment } from "./common.ts";

const SEED = 1;
const TEST = 0.2;
const VOWELS = "aeiou";
/** Names of a quick run. */
const FEW = 300;

/** One tag a letter. */
export function tagsOf(name: string): string {
  const letters = [...name];
  const vowels = letters.map((letter) => (VOWELS.includes(letter) ? letter : ""));
  return letters
    .map((_, at) => {
      const before = vowels.slice(0, at).findLast((vowel) => vowel !== "");
      const after = vowels.slice(at + 1).findLast((vowel) => vowel !== "");
      if (before === undefined || after === undefined) return "-";
      return before === after ? "=" : "/";
    })
    .join("");
}

/** Whether the tag depends on what comes after the letter: there is a vowel before it. */
export function looksAhead(name: string): boolean[] {
  const first = [...name].findIndex((letter) => VOWELS.includes(letter));
  return [...name].map((_, at) => first >= 0 && at > first);
}

const NETWORK = { hiddenSize: 64, layers: 2, dropout: 0 } as const;

export const tagging: ShapeExperiment = {
  name: "tagging",
  about: "A tag for each letter of a name, by a rule that reads both ways; 4 minutes",
  data: ["names.txt"],
  async run({ engine, quick, tell }) {
    const all = readFileSync(dataPath("names.txt"), "utf8").trim().split(/\s+/);
    const names = [...new Set(all)].slice(0, quick ? FEW : undefined);
    const { training, held } = splitByKey(names, TEST, SEED);
    const learnt = pick(names, training);
    const test = pick(names, held);
    const task = fitTaggingTask({
      name: "names.txt",
      inputs: learnt,
      targets: learnt.map(tagsOf),
    });
    const length = { epochs: quick ? 1 : 12 };

    const judge = async (what: string, bidirectional: boolean) => {
      const model = createTaskModel(task, { ...NETWORK, bidirectional, seed: SEED });
      const data = { inputs: learnt, targets: learnt.map(tagsOf) };
      const run = trainTask(model, data, null, { engine, length, seed: SEED });
      const { seconds } = await follow(run, what, tell);
      const answers = new Predictor(model, engine).predict(test);
      // By name: letters and those right, then the same of letters that look ahead, then of those that do not.
      const rows = answers.map(({ tags }, i) => {
        const truth = tagsOf(test[i]);
        const ahead = looksAhead(test[i]);
        const row = [0, 0, 0, 0, 0, 0];
        tags.forEach((tag, at) => {
          const right = tag === truth[at] ? 1 : 0;
          const part = ahead[at] ? 2 : 4;
          row[0]++;
          row[1] += right;
          row[part]++;
          row[part + 1] += right;
        });
        return row;
      });
      const sums = sumsOf(rows, 6);
      const share = (from: number) =>
        figureOf(
          bootstrapSums(sums, (all) => all[from + 1] / all[from], { seed: SEED }),
          "share",
        );
      return {
        seconds,
        parameters: model.network.parameterCount,
        overall: share(0),
        ahead: share(2),
        behind: share(4),
      };
    };
    const both = await judge("both ways", true);
    const forward = await judge("forward", false);

    const letters = test.join("").length;
    const aheadOf = test.map((name) => looksAhead(name).filter(Boolean).length);
    const settings = `LSTM, 2 layers of 64 units each way, Adam 0.003 falling by a cosine, batches of 32, ${length.epochs} epochs`;
    const common = {
      shape: "seq2seq",
      task: "a tag for each letter, by what stands before and after it",
      data: `names.txt: ${learnt.length} distinct names, ${test.length} others (${letters} letters)`,
      seeds: [SEED],
      settings,
    } as const;
    return {
      choice:
        "the first network that was tried; its size and length of training were not searched for",
      rows: [
        {
          ...common,
          measure: "letters tagged right",
          ours: both.overall,
          beside: [{ name: "one direction", ...forward.overall }],
          limit: {
            text: "99 %, and one direction below",
            met: isMet(both.overall, forward.overall),
          },
          seconds: both.seconds + forward.seconds,
          parameters: both.parameters,
        },
        {
          ...common,
          measure: `of letters whose tag depends on what comes (${mean(aheadOf).toFixed(1)} a name)`,
          ours: both.ahead,
          beside: [{ name: "one direction", ...forward.ahead }],
          limit: null,
          seconds: 0,
          parameters: both.parameters,
        },
      ],
      notes: [
        "The rule: vowels are a, e, i, o, u; a letter is tagged by the last vowel before it and the last vowel of the name that comes after it: `=` where they are the same letter, `/` where they differ, `-` where one is missing.",
        ...test.slice(0, 3).map((name) => `\`${name}\` → \`${tagsOf(name)}\``),
        `One direction falls short by ${points(both.overall.value - forward.overall.value)} of all letters and by ${points(both.ahead.value - forward.ahead.value)} of those whose tag depends on what comes; of the others it gets ${(100 * forward.behind.value).toFixed(2)} % right.`,
      ],
      details: { epochs: length.epochs, network: NETWORK, both, forward },
    };
  },
};

function isMet(both: { readonly value: number }, forward: { readonly value: number }): boolean {
  return both.value >= 0.99 && forward.value < 0.99;
}

const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
