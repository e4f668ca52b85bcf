/** Embedded Reber strings, one at a time: the second symbol must be known again before the last. */
import { createWasmEngine, RandomStream, streamKey, train } from "../../packages/core/src/index.ts";
import { estimateText, mean, wilson } from "../statistics.ts";
import type { DoneRun, PaperTask, Report, Run, RunOptions } from "../task.ts";
import { ReberWalk, SYMBOLS } from "./reberGrammar.ts";
import { BAR, createReberModel, StringJudge } from "./reberNets.ts";

export type EmbeddedReberSettings = {
  readonly cell: string;
  readonly seed: number;
  readonly learningRate: number;
  /** Read at most; each is new. */
  readonly most: number;
  /** New strings on which a net is judged that has the test strings right. */
  readonly fresh: number;
};

export type EmbeddedReberResult = {
  readonly parameters: number;
  /** Read until all test strings were right; null where they never were. */
  readonly strings: number | null;
  /** Test strings that were right when training ended. */
  readonly right: number;
  /** Of the new strings; null where training did not succeed. */
  readonly rightFresh: number | null;
};

const CELLS = ["lstm", "lstm-1997", "gru", "rnn"] as const;
const SEEDS = 30;
const TEST_STRINGS = 256;
const BATCH = 16;
/** Updates between tests. */
const EVERY = 20;
const FULL = { most: 51_200, fresh: 10_000 } as const;
const QUICK = { most: 25_600, fresh: 500 } as const;

export const embeddedReber: PaperTask<EmbeddedReberSettings, EmbeddedReberResult> = {
  name: "embedded-reber",
  title: "Embedded Reber grammar",
  about:
    "Each string is read from an empty memory, and after each symbol those that may follow are predicted. The strings are short: a GRU and a network without gates are asked as well.",
  source: "S. Hochreiter and J. Schmidhuber, 1997, Long Short-Term Memory, experiment 1",
  criterion: `A net has learnt when no string of 256 test strings has a wrong prediction. Right is a prediction that gives every legal successor more than ${BAR} of the probability and every other symbol less. Published: 256 training and 256 test strings, all right; here every training string is new.`,
  published: ["hs97-reber", "hs97-reber-range", "hs97-reber-others"],

  runs({ seeds, quick }: RunOptions): readonly Run<EmbeddedReberSettings>[] {
    const runs: Run<EmbeddedReberSettings>[] = [];
    for (const cell of quick ? CELLS.slice(0, 1) : CELLS) {
      for (let seed = 1; seed <= (seeds ?? (quick ? 1 : SEEDS)); seed++) {
        const settings = { cell, seed, learningRate: 0.02, ...(quick ? QUICK : FULL) };
        runs.push({ key: `${cell} seed ${seed}`, settings });
      }
    }
    return runs;
  },

  async run(settings, say) {
    const { cell, learningRate, most, fresh } = settings;
    // The settings were chosen on seeds below 100.
    const seed = 100 + settings.seed;
    const engine = createWasmEngine();
    const model = createReberModel(cell, seed);
    const strings = (what: string, count: number): number[][] => {
      const walk = new ReberWalk(new RandomStream(streamKey(seed, what)));
      return Array.from({ length: count }, () => walk.string());
    };
    const judge = new StringJudge(model, engine, strings("test strings", TEST_STRINGS));
    const documents = strings("training strings", most).map((string) => ({
      name: string.map((symbol) => SYMBOLS[symbol]).join(""),
      tokens: Int32Array.from(string),
    }));
    let right = 0;
    let learntAt: number | null = null;
    for await (const { kind, progress, weights } of train(model, {
      ...{ engine, documents, length: { epochs: 1 }, batchSize: BATCH, window: 50 },
      ...{ optimizer: { name: "adam", learningRate }, clip: { norm: 1 }, seed },
    })) {
      if (kind !== "step" || progress.step % EVERY > 0) continue;
      right = judge.right(weights);
      if (right < TEST_STRINGS) continue;
      learntAt = progress.step * BATCH;
      break;
    }
    const learnt = learntAt !== null;
    const others = learnt ? new StringJudge(model, engine, strings("new strings", fresh)) : null;
    say(`${learntAt ?? "not learnt"}: right ${right} of ${TEST_STRINGS}`);
    return {
      ...{ parameters: model.parameterCount, strings: learntAt, right },
      rightFresh: others ? others.right(model.weights) / fresh : null,
    };
  },

  report,
};

type Done = DoneRun<EmbeddedReberSettings, EmbeddedReberResult>;

function report(done: readonly Done[]): Report {
  const cells = [...new Set(done.map(({ settings }) => settings.cell))].map((cell) => ({
    cell,
    runs: done.filter(({ settings }) => settings.cell === cell),
  }));
  const perCent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const isLearnt = ({ result }: Done) => result.strings !== null;
  const verdicts = cells
    .filter(({ cell }) => cell === "lstm")
    .map(({ runs }) => {
      const learnt = runs.filter(isLearnt).length;
      return {
        asked: "the LSTM learns it, in every net",
        measured: `${learnt} of ${runs.length}: ${estimateText(wilson(learnt, runs.length), perCent)}`,
        reached: learnt === runs.length,
      };
    });
  const rows = cells.map(({ cell, runs }) => {
    const learnt = runs.filter(isLearnt);
    const strings = learnt.flatMap(({ result }) => result.strings ?? []).toSorted((a, b) => a - b);
    const fresh = learnt.flatMap(({ result }) => result.rightFresh ?? []);
    return [
      ...[cell, String(runs[0].result.parameters), String(runs.length), String(learnt.length)],
      estimateText(wilson(learnt.length, runs.length), perCent),
      ...(learnt.length > 0
        ? [
            count(mean(strings)),
            `${count(strings[0])}–${count(strings[strings.length - 1])}`,
            `${(100 * mean(fresh)).toFixed(2)} %`,
          ]
        : ["–", "–", "–"]),
    ];
  });
  const tables = [
    {
      title: "Nets that learn it, with Wilson's interval of 95 %; strings read until then",
      columns: [
        ...["cell", "weights", "nets", "learnt", "share", "strings, mean", "least–most"],
        "new strings right",
      ],
      rows,
    },
  ];
  const notes = [
    "8 units (4 blocks of 2 cells in the paper), gate biases as Gers et al. (2000) have them; softmax and cross-entropy for logistic outputs and squared error; batches of 16 strings, Adam, 0.02, norm clipped at 1, at most 51,200 strings. Chosen of rates 0.01 and 0.02 and of usual and published gate biases, on other seeds, in 5 tries of 6 nets, after about 20 of the form below.",
    "Every training string is new. Taught 256 strings again and again in batches of 16, as a first form of this did (up to 1,000 passes), about three of four LSTMs never had all strings of either set right; in batches of 4 six of ten. That is nearer to the paper's setting, and was given up because it failed.",
    "The strings that are read are not comparable with the paper's to a factor: it learns online, by another optimizer and with its gradient through the memory alone.",
  ];
  return { verdicts, tables, figures: [], notes };
}
