/** What the Odyssey's runs say: each variant at the learning rate that suits it, beside the vanilla block seed by seed. */
import { estimateText, mean, meanInterval } from "../statistics.ts";
import type { DoneRun, Report, ReportTable } from "../task.ts";
import {
  ODYSSEY_CELLS,
  ODYSSEY_DATA,
  ODYSSEY_RATES,
  ODYSSEY_SEEDS,
  type OdysseyData,
  type OdysseyResult,
  type OdysseySettings,
} from "./odyssey.ts";

type Done = DoneRun<OdysseySettings, OdysseyResult>;

/** A variant on one data set, at its rate. */
interface Variant {
  readonly cell: string;
  readonly change: string;
  readonly learningRate: number;
  /** At an end of the range that was tried: another might suit it better. */
  readonly atEnd: boolean;
  readonly runs: readonly Done[];
}

const nats = (value: number): string => value.toFixed(3);
const signed = (value: number): string => `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(3)}`;

export function odysseyReport(done: readonly Done[]): Report {
  const tables: ReportTable[] = [];
  const found = new Map<OdysseyData, readonly Difference[]>();
  for (const data of ODYSSEY_DATA) {
    const variants = variantsOf(done.filter(({ settings }) => settings.data === data));
    const vanilla = variants.find(({ cell }) => cell === ODYSSEY_CELLS[0].cell);
    if (!vanilla) continue;
    const differences = variants.map((variant) => differenceOf(variant, vanilla));
    found.set(data, differences);
    tables.push(tableOf(data, differences));
  }
  const lacking = ODYSSEY_DATA.flatMap((data) => lackingOf(done, data));
  return {
    verdicts: [
      {
        asked:
          "the eight variants and the vanilla LSTM on both data sets, five seeds of each at every learning rate, with intervals",
        measured: seedsText(lacking),
        reached: lacking.length === 0,
      },
      ...[...found].map(([data, differences]) => ({
        asked: `${data}: which parts matter (the paper: most of all forget gate and output activation)`,
        measured: `${whatMatters(differences)}; ${endsText(differences)}`,
        reached: ["lstm-nfg", "lstm-noaf"].every((cell) => isCritical(differences, cell)),
      })),
    ],
    tables,
    figures: [],
    notes: [
      "Intervals are Student's over the seeds, 95 %. Differences are to the vanilla block of the same seed, each variant at its own rate; with eight comparisons a data set, expect an interval to miss 0 by chance in one of three such tables.",
      "The learning rate of a variant is the one with the least mean held-out loss over the seeds; a rate at which some run diverges is passed over unless all do. Rates tried stand in the runs' names. All else (Adam, cosine schedule, clipping at norm 5, forget bias 1) is the same for all and was not searched; the paper searched more.",
      "An aim of the kind “which parts matter” counts as reached where both of the paper's most critical parts are among the three costliest here, and worse than the vanilla block beyond the interval.",
      "Not comparable with the paper: other data, one direction, Adam instead of plain gradient descent with momentum, seconds of training.",
      divergedText(done),
    ],
  };
}

/** Variants and rates of a data set that have fewer seeds than are asked for. */
function lackingOf(done: readonly Done[], data: OdysseyData): string[] {
  return ODYSSEY_CELLS.flatMap(({ cell }) => {
    const own = done.filter(({ settings }) => settings.data === data && settings.cell === cell);
    return ODYSSEY_RATES[data]
      .map((rate) => ({ rate, seeds: at(own, rate).length }))
      .filter(({ seeds }) => seeds < ODYSSEY_SEEDS)
      .map(({ rate, seeds }) => `${data} ${cell} at ${rate}: ${seeds}`);
  });
}

function seedsText(lacking: readonly string[]): string {
  const all = ODYSSEY_DATA.reduce(
    (sum, data) => sum + ODYSSEY_CELLS.length * ODYSSEY_RATES[data].length,
    0,
  );
  const named = lacking.slice(0, 3).join(", ");
  const more = lacking.length > 3 ? ` and ${lacking.length - 3} more` : "";
  const rest = lacking.length > 0 ? `; fewer: ${named}${more}` : "";
  return `${ODYSSEY_SEEDS} seeds of ${all - lacking.length} of ${all} pairs of variant and rate${rest}`;
}

/** The variants that another rate might suit better. */
function endsText(differences: readonly Difference[]): string {
  const ends = differences
    .filter(({ atEnd }) => atEnd)
    .map(({ cell, learningRate }) => `${cell} ${learningRate}`);
  return ends.length > 0
    ? `best at the end of the range of rates, so that one beyond might be better: ${ends.join(", ")}`
    : "no variant is best at the end of the range of rates";
}

/** Runs that came to a loss that is no number, by data set, variant and rate. */
function divergedText(done: readonly Done[]): string {
  const counts = new Map<string, number>();
  for (const { settings, result } of done) {
    if (result.loss !== null) continue;
    const kind = `${settings.data} ${settings.cell} at ${settings.learningRate}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([kind, count]) => `${kind}: ${count}`);
  return `Runs that came to a loss that is no number: ${kinds.join(", ") || "none"}.`;
}

interface Difference extends Variant {
  /** Loss less the vanilla block's, by seed; null for the vanilla block itself. */
  readonly against: ReturnType<typeof meanInterval> | null;
}

function variantsOf(done: readonly Done[]): Variant[] {
  return ODYSSEY_CELLS.flatMap(({ cell, change }) => {
    const own = done.filter(({ settings }) => settings.cell === cell);
    const known = [...new Set(own.map(({ settings }) => settings.learningRate))];
    const seeds = Math.max(...known.map((rate) => at(own, rate).length), 0);
    // Rates of which seeds are still missing are not compared with others.
    const rates = known.filter((rate) => at(own, rate).length === seeds).sort((a, b) => a - b);
    const heldLossOf = (rate: number): number =>
      mean(at(own, rate).map(({ result }) => result.heldLoss ?? Number.POSITIVE_INFINITY));
    const finite = rates.filter((rate) => Number.isFinite(heldLossOf(rate)));
    if (finite.length === 0) return [];
    const best = finite.reduce((one, other) => (heldLossOf(other) < heldLossOf(one) ? other : one));
    return [
      {
        ...{ cell, change, learningRate: best, runs: at(own, best) },
        atEnd: rates.length > 1 && (best === rates[0] || best === rates[rates.length - 1]),
      },
    ];
  });
}

const at = (runs: readonly Done[], rate: number): Done[] =>
  runs.filter(({ settings }) => settings.learningRate === rate);

function differenceOf(variant: Variant, vanilla: Variant): Difference {
  if (variant === vanilla) return { ...variant, against: null };
  const differences = variant.runs.flatMap(({ settings, result }) => {
    const other = vanilla.runs.find((run) => run.settings.seed === settings.seed);
    const loss = other?.result.loss;
    return result.loss === null || loss === null || loss === undefined ? [] : [result.loss - loss];
  });
  return { ...variant, against: differences.length > 0 ? meanInterval(differences) : null };
}

function tableOf(data: OdysseyData, differences: readonly Difference[]): ReportTable {
  const hasAccuracy = data === "japanese-vowels";
  const unit = hasAccuracy ? "nats a recording" : "nats a character";
  return {
    title: `${data}, test loss in ${unit}`,
    columns: [
      ...["cell", "what is changed", "parameters", "rate", "loss", "to the vanilla block"],
      ...(hasAccuracy ? ["right, %"] : []),
    ],
    rows: differences.map(({ cell, change, learningRate, atEnd, runs, against }) => {
      const losses = runs.flatMap(({ result }) => result.loss ?? []);
      const shares = runs.flatMap(({ result }) => result.accuracy ?? []);
      return [
        ...[cell, change, String(runs[0].result.parameters)],
        `${learningRate}${atEnd ? " (end of the range)" : ""}`,
        estimateText(meanInterval(losses), nats),
        against === null ? "—" : estimateText(against, signed),
        ...(hasAccuracy
          ? [estimateText(meanInterval(shares), (share) => (100 * share).toFixed(1))]
          : []),
      ];
    }),
  };
}

/** Those whose interval excludes 0, the costliest first; and those that gain. */
function whatMatters(differences: readonly Difference[]): string {
  const sorted = differences
    .flatMap(({ cell, against }) => (against ? [{ cell, against }] : []))
    .sort((a, b) => b.against.value - a.against.value);
  const named = (list: typeof sorted): string =>
    list.map(({ cell, against }) => `${cell} ${estimateText(against, signed)}`).join(", ") ||
    "none";
  const worse = sorted.filter(({ against }) => against.low > 0);
  const better = sorted.filter(({ against }) => against.high < 0).reverse();
  const rest = sorted.filter(({ against }) => !(against.low > 0 || against.high < 0));
  return `worse than vanilla: ${named(worse)}; better: ${named(better)}; not told apart: ${named(rest)}`;
}

/** Worse than the vanilla block beyond the interval, and among the three that are worst in the mean. */
function isCritical(differences: readonly Difference[], cell: string): boolean {
  const values = differences.map(({ against }) => against?.value ?? 0);
  const own = differences.find((one) => one.cell === cell)?.against;
  return !!own && own.low > 0 && values.filter((value) => value > own.value).length < 3;
}
