/** aⁿbⁿ and aⁿbⁿcⁿ, taught up to n = 10: who counts further, and which unit of the memory is the counter. */
import {
  createLanguageModel,
  createWasmEngine,
  type Engine,
  findCell,
  findUnits,
  type LanguageModel,
  type OptimizerOptions,
  trace,
  train,
} from "../../packages/core/src/index.ts";
import { linePlot } from "../plot.ts";
import type { DoneRun, Figure, PaperTask, Report, Run, RunOptions } from "../task.ts";
import {
  documentOf,
  type Language,
  rightUpTo,
  stringOf,
  vocabularyOf,
} from "./countingLanguages.ts";

export type CountingSettings = {
  readonly language: Language;
  readonly cell: string;
  readonly seed: number;
  readonly steps: number;
  /** The largest n that is asked for. */
  readonly most: number;
};

export type CountingResult = {
  readonly parameters: number;
  /** Symbols read in training, with repetition. */
  readonly symbols: number;
  /** Of the last update, nats a determined symbol. */
  readonly loss: number;
  /** All n from 1 to this are right; `most` may be the end of the asking. */
  readonly rightUpTo: number;
  /** Of c (or h, where the cell has no c): what follows the count best. Null where no unit is above chance. */
  readonly counter: Counter | null;
};

export type Counter = {
  readonly signal: string;
  readonly unit: number;
  /** Correlation with the count, on strings that did not choose it; and what the best of all units reaches by chance. */
  readonly score: number;
  readonly level: number;
  /** Its mean change at an a and at a b, of the string with n = 100. */
  readonly climb: number;
  readonly fall: number;
  /** Of that string, every `EVERY`-th step from S on. */
  readonly values: readonly number[];
};

/** Taught. */
const TAUGHT = 10;
/** What must be reached, and where the counter is looked at. */
const WANTED = 100;
const EVERY = 5;
const HIDDEN_SIZE = 4;
const SEEDS = 10;
const MOST = 1000;
const QUICK = { steps: 1500, most: 60 } as const;

interface Training {
  readonly optimizer: OptimizerOptions;
  readonly forgetBias: number | null;
}

const momentum = (learningRate: number, keep: number): OptimizerOptions => {
  return { name: "sgd", learningRate, momentum: keep };
};

/** Chosen by hand on other seeds: see the notes. */
const TRAINING: Readonly<Record<string, Readonly<Record<Language, Training>>>> = {
  lstm: {
    ab: { optimizer: momentum(0.3, 0.9), forgetBias: 10 },
    abc: { optimizer: momentum(0.3, 0.9), forgetBias: 10 },
  },
  "lstm-peephole": {
    ab: { optimizer: momentum(0.3, 0.9), forgetBias: 10 },
    abc: { optimizer: momentum(0.1, 0.99), forgetBias: 5 },
  },
  "lstm-1997": {
    ab: { optimizer: momentum(0.3, 0.9), forgetBias: null },
    abc: { optimizer: momentum(0.3, 0.9), forgetBias: null },
  },
  gru: {
    ab: { optimizer: { name: "adam", learningRate: 0.01 }, forgetBias: null },
    abc: { optimizer: { name: "adam", learningRate: 0.01 }, forgetBias: null },
  },
};

const LANGUAGES: readonly Language[] = ["ab", "abc"];
const NAMES: Readonly<Record<Language, string>> = { ab: "aⁿbⁿ", abc: "aⁿbⁿcⁿ" };

export const counting: PaperTask<CountingSettings, CountingResult> = {
  name: "counting",
  title: "Counting: aⁿbⁿ and aⁿbⁿcⁿ",
  about:
    "Taught the ten strings with n ≤ 10, a network with 4 units reads longer ones. Whoever counts in the memory goes on; the trace names the unit that does.",
  source:
    "F. A. Gers and J. Schmidhuber, 2001, LSTM Recurrent Networks Learn Simple Context-Free and Context-Sensitive Languages",
  criterion:
    "Right up to n: in every string from 1 to n, every symbol that is determined (the b's from the second on, the c's, and the end) is thought the likeliest. While a's come both a and b may follow, and nothing is judged there; the paper asks for that pair as well. Wanted: n = 100 for some net of each language.",
  published: [
    "gers01-anbncn",
    "gers01-anbn-range",
    "gers01-anbncn-range-10",
    "perezortiz03-anbncn",
  ],

  runs({ seeds, quick }: RunOptions): readonly Run<CountingSettings>[] {
    const runs: Run<CountingSettings>[] = [];
    const { steps, most } = quick ? QUICK : { steps: 10_000, most: MOST };
    for (const language of quick ? LANGUAGES.slice(0, 1) : LANGUAGES) {
      for (const cell of quick ? ["lstm-peephole"] : Object.keys(TRAINING)) {
        for (let seed = 1; seed <= (seeds ?? (quick ? 1 : SEEDS)); seed++) {
          const settings = { language, cell, seed, steps, most };
          runs.push({ key: `${language} ${cell} seed ${seed}`, settings });
        }
      }
    }
    return runs;
  },

  async run(settings, say) {
    const { language, cell, seed, steps, most } = settings;
    const engine = createWasmEngine();
    const { optimizer, forgetBias } = TRAINING[cell][language];
    const model = createLanguageModel(
      {
        ...{ cell: findCell(cell), vocabulary: vocabularyOf(language), hiddenSize: HIDDEN_SIZE },
        ...{ layers: 1, embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
      },
      // The settings were chosen on seeds below 100.
      { init: "default", forgetBias, chronoSteps: 0, seed: 100 + seed },
    );
    const documents = Array.from({ length: TAUGHT }, (_, i) => documentOf(language, i + 1));
    const read = documents.reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
    let loss = Number.NaN;
    for await (const event of train(model, {
      ...{ engine, documents, length: { steps }, batchSize: TAUGHT, window: 60 },
      ...{ optimizer, schedule: "cosine:0.02", clip: { norm: 1 }, seed },
    })) {
      if (event.kind === "step") loss = event.loss;
    }
    const right = rightUpTo(model, engine, language, most);
    const counter = findCounter(model, engine, language);
    say(`right up to ${right}; counter ${counter ? `${counter.signal}[${counter.unit}]` : "none"}`);
    return {
      parameters: model.parameterCount,
      symbols: steps * read,
      loss: significant(loss),
      rightUpTo: right,
      counter,
    };
  },

  report,
};

/** How many a's are still without their b; NaN, not to be looked at, once c's come. */
export function openCount(tokens: readonly string[]): number[] {
  let open = 0;
  return tokens.map((token) => {
    if (token === "S") open = 0;
    else if (token === "a") open++;
    else if (token === "b") open--;
    else if (token === "c") open = Number.NaN;
    return open;
  });
}

/** The unit that follows the a's without their b best, and what it does at each symbol. */
function findCounter(model: LanguageModel, engine: Engine, language: Language): Counter | null {
  const texts = [60, 75, 85, 95, 65, 80, 70, 90].map((n) => stringOf(language, n));
  const carried = model.config.cell.signalNames.includes("c") ? "c" : "h";
  const options = { signals: [carried], count: 1, shifts: 100 };
  const { units, level } = findUnits(model, engine, texts, openCount, options);
  const [best] = units;
  if (!best?.above) return null;
  const { signal, unit, score } = best;
  const traced = trace(model, engine, stringOf(language, WANTED)).layers[0][signal];
  // Step n is the n-th a, step 2n the last b.
  const change = (from: number, to: number) =>
    (traced.at(to, unit) - traced.at(from, unit)) / (to - from);
  const kept = Array.from({ length: Math.ceil(traced.steps / EVERY) }, (_, k) => k * EVERY);
  return {
    ...{ signal, unit, score: significant(score), level: significant(level) },
    climb: significant(change(1, WANTED)),
    fall: significant(change(WANTED + 1, 2 * WANTED)),
    values: kept.map((step) => significant(traced.at(step, unit))),
  };
}

const significant = (value: number): number => Number(value.toPrecision(4));

type Done = DoneRun<CountingSettings, CountingResult>;

async function report(done: readonly Done[]): Promise<Report> {
  const groups = LANGUAGES.flatMap((language) =>
    Object.keys(TRAINING).map((cell) => ({
      ...{ language, cell },
      runs: done.filter(({ settings }) => settings.language === language && settings.cell === cell),
    })),
  ).filter(({ runs }) => runs.length > 0);
  const best = (runs: readonly Done[]): Done | undefined =>
    runs.toSorted((one, other) => other.result.rightUpTo - one.result.rightUpTo)[0];
  const verdicts = LANGUAGES.filter((language) =>
    groups.some((group) => group.language === language),
  ).map((language) => {
    const runs = done.filter(({ settings }) => settings.language === language);
    const far = runs.filter(({ result }) => result.rightUpTo >= WANTED);
    const first = best(runs);
    const named = far.filter(({ result }) => result.counter !== null);
    return {
      asked: `${NAMES[language]}, taught to n = ${TAUGHT}: right to n = ${WANTED} for some net, its counter named`,
      measured: first
        ? `${far.length} of ${runs.length} nets, ${named.length} with a counter named; best ${atMost(first)} (${first.key})`
        : "no run",
      reached: named.length > 0,
    };
  });
  const tables = [
    {
      title: "The largest n up to which all are right, net by net",
      columns: ["language", "cell", "nets", "right up to n, from least to most", `n ≥ ${WANTED}`],
      rows: groups.map(({ language, cell, runs }) => [
        NAMES[language],
        cell,
        String(runs.length),
        runs
          .toSorted((one, other) => one.result.rightUpTo - other.result.rightUpTo)
          .map(atMost)
          .join(" "),
        String(runs.filter(({ result }) => result.rightUpTo >= WANTED).length),
      ]),
    },
    {
      title: "The counter of each cell's best net, as `findUnits` names it",
      columns: [
        ...["language", "cell", "right up to n", "unit", "correlation", "by chance"],
        ...["change at an a", "change at a b"],
      ],
      rows: groups.flatMap(({ language, cell, runs }) => {
        const first = best(runs);
        const counter = first?.result.counter;
        if (!first || !counter) return [];
        const { signal, unit, score, level, climb, fall } = counter;
        return [
          [
            ...[NAMES[language], cell, atMost(first), `${signal}[${unit}]`],
            ...[score, level, climb, fall].map(String),
          ],
        ];
      }),
    },
  ];
  const figures: Figure[] = [];
  for (const language of LANGUAGES) {
    const lines = groups
      .filter((group) => group.language === language)
      .flatMap(({ cell, runs }) => {
        const first = best(runs);
        const counter = first?.result.counter;
        if (!counter) return [];
        const name = `${cell}, ${counter.signal}[${counter.unit}]`;
        // Which way a unit counts means nothing: all are drawn upwards.
        const sign = counter.climb < 0 ? -1 : 1;
        const points = counter.values.map((value, k) => ({ x: k * EVERY, y: sign * value }));
        return [{ name, points, dots: false }];
      });
    if (lines.length === 0) continue;
    figures.push({
      name: language,
      caption: `The counters on ${NAMES[language]} with n = ${WANTED}: up at each a, down at each b; each cell's best net, turned so that a's count upwards.`,
      svg: await linePlot({
        title: `The counter while S, ${WANTED} a's, ${WANTED} b's … are read (taught up to ${TAUGHT})`,
        x: { label: "symbols read" },
        y: { label: "the unit's memory" },
        lines,
      }),
    });
  }
  const notes = [
    `Training: the ${TAUGHT} strings as one batch, 10,000 updates, cosine schedule down to 2 %, norm clipped at 1, ${HIDDEN_SIZE} units, no weight decay. LSTMs by SGD with momentum (rate 0.3 and 0.9; for the peephole LSTM on aⁿbⁿcⁿ 0.1 and 0.99), the forget gate's bias at 10 (there 5); the GRU by Adam, 0.01.`,
    "Chosen by hand in about 50 tries of 4 to 8 nets each, on other seeds. What helps is a forget gate that begins open to the last digit, few units, and plain descent in place of Adam; with a forget bias of 1 and Adam nine of ten nets of the two LSTMs stopped at n = 26 or before. Nets of one setting differ by a factor of a hundred: the best of ten is a matter of luck. So a setting that looks best need not be: the peephole LSTM's on aⁿbⁿcⁿ had three of six nets right to n = 694 or more on the seeds that it was chosen on.",
    `Asking stops at n = ${MOST.toLocaleString("en")}: “≥” is that.`,
    "The counter of aⁿbⁿcⁿ is looked for by the a's without their b, before the first c; what counts the c's was not looked for.",
  ];
  return { verdicts, tables, figures, notes };
}

function atMost({ result, settings }: Done): string {
  const { rightUpTo: right } = result;
  return right >= settings.most ? `≥ ${right}` : String(right);
}
