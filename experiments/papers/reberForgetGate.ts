/**
 * What the forget gate does where a string ends: the nets of the continual embedded Reber grammar (continualReber.ts), taught again from
 * the same seeds, read on through strings that nobody cuts, and their gates looked at around the ends.
 */
import { createWasmEngine, RandomStream, streamKey, trace } from "../../packages/core/src/index.ts";
import { estimateText, mean, meanInterval } from "../statistics.ts";
import type { DoneRun, PaperTask, Report, Run, RunOptions } from "../task.ts";
import { ReberWalk, START, SYMBOLS } from "./reberGrammar.ts";
import { createReberModel, trainOnStreams } from "./reberNets.ts";

export type GateSettings = {
  readonly seed: number;
  readonly learningRate: number;
  readonly mostStreams: number;
  readonly mostSymbols: number;
  /** Symbols read with the gates looked at. */
  readonly read: number;
};

/** Of each unit, means over the symbols read. */
export type UnitGate = {
  /** f at the last symbol of a string, at the first of the next, and at all others. */
  readonly last: number;
  readonly first: number;
  readonly elsewhere: number;
  /** Share of c that both together leave, and that two neighbouring symbols elsewhere leave: the mean of the product. */
  readonly keptOverEnd: number;
  readonly keptElsewhere: number;
};

export type GateResult = { readonly strings: number; readonly units: readonly UnitGate[] };

const SEEDS = 10;
/** A unit that keeps less over an end, and more elsewhere, is emptied there. */
const EMPTIED = 0.1;

export const reberForgetGate: PaperTask<GateSettings, GateResult> = {
  name: "reber-forget-gate",
  title: "The forget gate where a string ends",
  about:
    "Ten LSTMs with forget gates, taught as in the continual embedded Reber grammar from the same seeds: their forget gates at the last symbol of a string and the first of the next, beside those at all other symbols.",
  source:
    "F. A. Gers, J. Schmidhuber and F. Cummins, 2000, Learning to Forget: Continual Prediction with LSTM, and what tutorials say of it: that the forget gate empties the memory where something new begins",
  criterion: `Measured, nothing is aimed at. A unit counts as emptied where less than ${EMPTIED} of its c is left by the two symbols around an end, and more by two neighbouring ones elsewhere, in the mean.`,
  published: [],

  runs({ seeds, quick }: RunOptions): readonly Run<GateSettings>[] {
    const sizes = quick
      ? { mostStreams: 30_000, mostSymbols: 200_000, read: 500 }
      : { mostStreams: 30_000, mostSymbols: 15_000_000, read: 10_000 };
    return Array.from({ length: seeds ?? (quick ? 1 : SEEDS) }, (_, index) => {
      const seed = index + 1;
      return { key: `seed ${seed}`, settings: { seed, learningRate: 0.02, ...sizes } };
    });
  },

  async run({ read, ...training }, say) {
    // As in continualReber.ts.
    const seed = 100 + training.seed;
    const engine = createWasmEngine();
    const model = createReberModel("lstm", seed);
    const options = { ...training, seed, resets: false, cut: false, longest: 100_000 };
    const { symbols } = trainOnStreams(model, engine, options);
    say(`taught ${symbols} symbols`);
    const walk = new ReberWalk(new RandomStream(streamKey(seed, "gates looked at")));
    const text: string[] = [];
    const isLast: boolean[] = [];
    for (let t = 0; t < read; t++) {
      text.push(SYMBOLS[walk.next()]);
      isLast.push(walk.node === START);
    }
    const { f } = trace(model, engine, text.join("")).layers[0];
    const units = Array.from({ length: f.units }, (_, unit) =>
      gateOf((step) => f.at(step, unit), isLast),
    );
    return { strings: isLast.filter(Boolean).length, units };
  },

  report,
};

/** @param isLast Whether a string ends with the symbol. */
function gateOf(gateAt: (step: number) => number, isLast: readonly boolean[]): UnitGate {
  const [last, first, elsewhere, keptOverEnd, keptElsewhere]: number[][] = [[], [], [], [], []];
  for (let t = 1; t + 1 < isLast.length; t++) {
    const gate = gateAt(t);
    if (isLast[t]) {
      last.push(gate);
      first.push(gateAt(t + 1));
      keptOverEnd.push(gate * gateAt(t + 1));
    } else if (!isLast[t - 1]) {
      elsewhere.push(gate);
      if (!isLast[t + 1]) keptElsewhere.push(gate * gateAt(t + 1));
    }
  }
  const rounded = (values: readonly number[]) => Number(mean(values).toFixed(4));
  return {
    ...{ last: rounded(last), first: rounded(first), elsewhere: rounded(elsewhere) },
    ...{ keptOverEnd: rounded(keptOverEnd), keptElsewhere: rounded(keptElsewhere) },
  };
}

type Done = DoneRun<GateSettings, GateResult>;

const isEmptied = ({ keptOverEnd, keptElsewhere }: UnitGate): boolean =>
  keptOverEnd < EMPTIED && keptElsewhere >= EMPTIED;
const show = (value: number): string => value.toFixed(2);

function report(done: readonly Done[]): Report {
  const of = ({ result }: Done, part: keyof UnitGate) =>
    mean(result.units.map((unit) => unit[part]));
  const overNets = (part: keyof UnitGate) =>
    estimateText(meanInterval(done.map((run) => of(run, part))), show);
  const emptied = done.map(({ result }) => result.units.filter(isEmptied).length);
  const falls = done.filter(
    (run) => of(run, "last") < of(run, "elsewhere") && of(run, "first") < of(run, "elsewhere"),
  ).length;
  return {
    verdicts: [
      {
        asked: "the forget gate where a string ends, mean over the units, against elsewhere",
        measured: `${overNets("last")} at the last symbol, ${overNets("first")} at the next string's first, ${overNets("elsewhere")} elsewhere; lower than elsewhere at both in ${falls} of ${done.length} nets`,
        reached: null,
      },
      {
        asked: "share of c that is kept over the two symbols around an end, against two elsewhere",
        measured: `${overNets("keptOverEnd")} against ${overNets("keptElsewhere")}; units emptied at an end, by net: ${emptied.join(", ")} of ${done[0].result.units.length}`,
        reached: null,
      },
    ],
    tables: [
      {
        title: "Forget gates, mean over the units, net by net",
        columns: [
          ...["seed", "strings", "f, last symbol", "f, first symbol", "f, elsewhere"],
          ...["c kept over an end", "c kept over two elsewhere", "units emptied"],
        ],
        rows: done.map((run, index) => [
          ...[String(run.settings.seed), String(run.result.strings)],
          ...[show(of(run, "last")), show(of(run, "first")), show(of(run, "elsewhere"))],
          ...[show(of(run, "keptOverEnd")), show(of(run, "keptElsewhere"))],
          `${emptied[index]} of ${run.result.units.length}`,
        ]),
      },
    ],
    figures: [],
    notes: [
      "Intervals: Student's over the nets, 95 %. Kept is what the forget gates leave of c; what is written on top of it is not counted.",
      "The nets are those of the first ten seeds, whether they are perfect or not.",
    ],
  };
}
