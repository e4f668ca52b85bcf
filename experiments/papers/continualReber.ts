/** Embedded Reber strings one after another without an end: whoever cannot forget fills up. */
import { createWasmEngine } from "../../packages/core/src/index.ts";
import { linePlot } from "../plot.ts";
import { estimateText, mean, wilson } from "../statistics.ts";
import type { DoneRun, PaperTask, Report, Run, RunOptions } from "../task.ts";
import { BAR, createReberModel, memoryAlong, rightSymbols, trainOnStreams } from "./reberNets.ts";

export type Kind = "forget" | "forget cut" | "1997 cut" | "1997" | "1997 reset";

export type ContinualReberSettings = {
  readonly kind: Kind;
  readonly seed: number;
  readonly learningRate: number;
  readonly mostStreams: number;
  readonly mostSymbols: number;
  /** Of a stream in the test, in symbols. */
  readonly longest: number;
};

export type ContinualReberResult = {
  readonly parameters: number;
  /** Learnt from. */
  readonly streams: number;
  readonly symbols: number;
  /** In the test, before the first wrong prediction: mean of 10 streams, and the shortest. */
  readonly right: number;
  readonly leastRight: number;
  /** |c| of the unit in the middle after 10, 100, 1,000, … symbols, mean of 10 streams; and units of 8 with |c| < 10. */
  readonly middle: readonly number[];
  readonly open: readonly number[];
};

interface KindOfNet {
  readonly cell: string;
  readonly resets: boolean;
  readonly cut: boolean;
  readonly name: string;
}

const KINDS: Readonly<Record<Kind, KindOfNet>> = {
  forget: { cell: "lstm", resets: false, cut: false, name: "forget gates, whole gradient" },
  "forget cut": {
    ...{ cell: "lstm", resets: false, cut: true },
    name: "forget gates, gradient through the memory alone",
  },
  "1997 cut": {
    ...{ cell: "lstm-1997", resets: false, cut: true },
    name: "1997 cell, gradient through the memory alone",
  },
  "1997": { cell: "lstm-1997", resets: false, cut: false, name: "1997 cell, whole gradient" },
  "1997 reset": {
    ...{ cell: "lstm-1997", resets: true, cut: false },
    name: "1997 cell, whole gradient, reset from outside",
  },
};

/** In which they are done and shown: the names of an object's keys that are whole numbers would come first. */
const ORDER: readonly Kind[] = ["forget", "1997 cut", "1997", "1997 reset", "forget cut"];
const SEEDS = 30;
const TEST_STREAMS = 10;
const MARKS = [10, 100, 1000, 10_000, 100_000];
/** Wanted of the forget gates: what is published. */
const PUBLISHED_SHARE = 0.62;
const FULL = { mostStreams: 30_000, mostSymbols: 15_000_000, longest: 1_000_000 } as const;
const QUICK = { mostStreams: 30_000, mostSymbols: 1_000_000, longest: 5_000 } as const;

export const continualReber: PaperTask<ContinualReberSettings, ContinualReberResult> = {
  name: "continual-reber",
  title: "Continual embedded Reber grammar",
  about:
    "A stream of embedded Reber strings that nobody cuts. Measured are the nets without a wrong prediction, and how large the memory is along the stream, with forget gates and without.",
  source:
    "F. A. Gers, J. Schmidhuber and F. Cummins, 2000, Learning to Forget: Continual Prediction with LSTM",
  criterion: `A net is perfect when none of 10 streams has a wrong prediction in 10⁶ symbols. Published: a prediction is right when each output's squared error is below 0.49, that is each error below 0.7. Here, with softmax outputs, every legal successor must have more than ${BAR} and every other symbol less. Then no error against the symbol that comes, or against the set of those that may, reaches 0.7: it is at least as strict.`,
  published: [
    ...["gers00-reber-forget", "gers00-reber-forget-decay", "gers00-reber-reset"],
    ...["gers00-reber-standard", "gers00-settings"],
  ],

  runs({ seeds, quick }: RunOptions): readonly Run<ContinualReberSettings>[] {
    const runs: Run<ContinualReberSettings>[] = [];
    const kinds = quick ? ORDER.slice(0, 2) : ORDER;
    for (const kind of kinds) {
      for (let seed = 1; seed <= (seeds ?? (quick ? 1 : SEEDS)); seed++) {
        const settings = { kind, seed, learningRate: 0.02, ...(quick ? QUICK : FULL) };
        runs.push({ key: `${kind} seed ${seed}`, settings });
      }
    }
    return runs;
  },

  async run(settings, say) {
    const { kind, longest, ...training } = settings;
    const { cell, resets, cut } = KINDS[kind];
    // The settings were chosen on seeds below 100.
    const seed = 100 + settings.seed;
    const engine = createWasmEngine();
    const model = createReberModel(cell, seed);
    const options = { ...training, seed, resets, cut, longest: 100_000 };
    const { streams, symbols } = trainOnStreams(model, engine, options);
    say(`taught ${streams} streams, ${symbols} symbols`);
    const test = { streams: TEST_STREAMS, longest, resets, seed };
    const right = rightSymbols(model, engine, test);
    const marks = MARKS.filter((mark) => mark <= longest);
    const memory = memoryAlong(model, engine, marks, test);
    const result = {
      ...{ parameters: model.parameterCount, streams, symbols },
      ...{ right: mean(right), leastRight: Math.min(...right) },
      middle: memory.map(({ middle }) => Number(middle.toPrecision(4))),
      open: memory.map(({ open }) => open),
    };
    say(`right for ${result.right} symbols, the shortest of 10 streams ${result.leastRight}`);
    return result;
  },

  report,
};

type Done = DoneRun<ContinualReberSettings, ContinualReberResult>;

const isPerfect = ({ result, settings }: Done): boolean => result.leastRight >= settings.longest;

const perCent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function report(done: readonly Done[]): Promise<Report> {
  const kinds = ORDER.map((kind) => ({
    kind,
    runs: done.filter(({ settings }) => settings.kind === kind),
  })).filter(({ runs }) => runs.length > 0);
  const judged = (wanted: Kind, asked: string, reached: (perfect: number, of: number) => boolean) =>
    kinds
      .filter(({ kind }) => kind === wanted)
      .map(({ runs }) => {
        const perfect = runs.filter(isPerfect).length;
        const share = estimateText(wilson(perfect, runs.length), perCent);
        return {
          asked,
          measured: `${perfect} of ${runs.length} perfect: ${share}`,
          reached: reached(perfect, runs.length),
        };
      });
  const verdicts = [
    ...judged(
      "forget",
      `forget gates, with the whole gradient: at least the published ${perCent(PUBLISHED_SHARE)} of nets perfect`,
      (perfect, of) => perfect / of >= PUBLISHED_SHARE,
    ),
    ...judged(
      "forget cut",
      `forget gates, with the gradient of 1997: at least the published ${perCent(PUBLISHED_SHARE)} of nets perfect`,
      (perfect, of) => perfect / of >= PUBLISHED_SHARE,
    ),
    ...judged(
      "1997 cut",
      "1997 cell without resets, with the gradient of 1997: none perfect",
      (perfect) => perfect === 0,
    ),
    ...judged(
      "1997",
      "1997 cell without resets, with the whole gradient: none perfect",
      (perfect) => perfect === 0,
    ),
  ];
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const tables = [
    {
      title:
        "Nets without a wrong prediction in 10 streams of 10⁶ symbols, with Wilson's interval of 95 %",
      columns: [
        ...["net", "weights", "nets", "perfect", "share", "symbols right, mean of the others"],
        ...["taught, mean: streams", "symbols"],
      ],
      rows: kinds.map(({ kind, runs }) => {
        const perfect = runs.filter(isPerfect);
        const others = runs.filter((run) => !isPerfect(run));
        return [
          ...[KINDS[kind].name, String(runs[0].result.parameters), String(runs.length)],
          String(perfect.length),
          estimateText(wilson(perfect.length, runs.length), perCent),
          others.length > 0 ? count(mean(others.map(({ result }) => result.right))) : "–",
          count(mean(runs.map(({ result }) => result.streams))),
          count(mean(runs.map(({ result }) => result.symbols))),
        ];
      }),
    },
    {
      title: "|c| of the unit in the middle of a net's 8 along a stream, median of the nets",
      columns: ["net", ...MARKS.map((mark) => `after ${count(mark)} symbols`)],
      rows: kinds.map(({ kind, runs }) => [
        KINDS[kind].name,
        ...MARKS.map((_, k) => {
          const size = medianAt(runs, k);
          return Number.isFinite(size) ? Number(size.toPrecision(3)).toLocaleString("en") : "";
        }),
      ]),
    },
    {
      title:
        "Units of 8 that are not full (|c| < 10) at the end of that, mean of the nets: of the perfect ones, and of the others",
      columns: ["net", "perfect", "others"],
      rows: kinds.map(({ kind, runs }) => [
        KINDS[kind].name,
        openAtEnd(runs.filter(isPerfect)),
        openAtEnd(runs.filter((run) => !isPerfect(run))),
      ]),
    },
  ];
  const figure = await linePlot({
    title: "|c| of the unit in the middle along a stream of strings, median of the nets",
    x: { label: "symbols read", scale: "log" },
    y: { label: "|c|", scale: "log" },
    lines: kinds.map(({ kind, runs }) => ({
      name: KINDS[kind].name,
      points: MARKS.map((x, k) => ({ x, y: medianAt(runs, k) })).filter(({ y }) =>
        Number.isFinite(y),
      ),
    })),
  });
  const notes = [
    "Training as published: a stream ends with its first wrong prediction, at most 30,000 of them; and, of ours, at most 15,000,000 symbols. Different: softmax and cross-entropy for logistic outputs and squared error; 16 streams side by side in windows of 50 symbols, states carried on (with resets 50 strings in windows of 16); Adam, 0.02 down to 2 % of that by a cosine, norm clipped at 1; 8 units with gates of their own, tanh, for 4 blocks of 2 cells. Biases of the gates are the published ones.",
    "“Whole gradient” is back-propagation through all equations, within a window. “Through the memory alone” is what the papers did: no error goes back through what the gates read of the last output.",
    "Of |c| the unit in the middle is measured, and how many units stay below 10, where tanh(c) differs from ±1 by less than float32 can hold. What the gates do at the end of a string is measured in the next experiment. It was not traced why some nets of the 1997 cell are perfect although most of their units are full.",
    "What was asked is that the 1997 cell fails, and does not say by which gradient it is taught. The form with the gradient of 1997 was added when the one with the whole gradient had turned out not to fail in every net; both are judged, and the second stands as not reached.",
    "Neither gradient by itself gives both halves of what was asked: with the whole one the forget gates reach the published share and the 1997 cell does not always fail, with that of 1997 it is the other way round.",
    "Settings were chosen on other seeds, for the LSTM with forget gates and the whole gradient, in about 25 tries of 3 to 12 nets of all kinds: rates 0.005, 0.01 and 0.02, streams of fixed length and streams that end with an error, windows of 25, 50 and 100, Adam and plain SGD. The other kinds have the same settings and none of their own.",
  ];
  const figures = [
    {
      name: "memory",
      caption:
        "|c| against the symbols read: without a forget gate and without resets it grows in proportion, with either gradient.",
      svg: figure,
    },
  ];
  return { verdicts, tables, figures, notes };
}

/** NaN where no net was asked for that mark. */
function medianAt(runs: readonly Done[], mark: number): number {
  const sizes = runs
    .flatMap(({ result }) => result.middle.slice(mark, mark + 1))
    .toSorted((a, b) => a - b);
  if (sizes.length === 0) return Number.NaN;
  return (sizes[(sizes.length - 1) >> 1] + sizes[sizes.length >> 1]) / 2;
}

function openAtEnd(runs: readonly Done[]): string {
  const open = runs.flatMap(({ result }) => result.open.slice(-1));
  return open.length > 0 ? mean(open).toFixed(1) : "–";
}
