/** What the reports of the long-lag tasks have in common: rows of nets, and courses of learning as a figure. */
import { median } from "../../bench/results.ts";
import { linePlot } from "../plot.ts";
import { publishedValue } from "../published.ts";
import type { DoneRun, Figure, Json, Report, ReportTable, Verdict } from "../task.ts";
import type { Learning, Learnt } from "./longLagTraining.ts";

/** One kind of net: the same settings but the seed. */
export interface Row<Settings extends Json> {
  readonly name: string;
  readonly runs: readonly DoneRun<Settings, Learnt>[];
  /** Whose figure stands beside the row: an id of published.json. */
  readonly published: string | null;
}

/** `36,064` */
export const whole = (value: number): string => Math.round(value).toLocaleString("en");

/** `36,064 (28,000–51,000)`: the median, the least and the most. */
export function medianText(values: readonly number[], show = whole): string {
  if (values.length === 1) return show(values[0]);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}

/** The rows that have runs. */
export function rowsOf<Settings extends Json>(
  done: readonly DoneRun<Settings, Learnt>[],
  kinds: readonly { readonly name: string; readonly published: string | null }[],
  kindOf: (settings: Settings) => string,
): Row<Settings>[] {
  return kinds
    .map((kind) => ({
      ...kind,
      runs: done.filter(({ settings }) => kindOf(settings) === kind.name),
    }))
    .filter(({ runs }) => runs.length > 0);
}

function learntTable<Settings extends Json>(
  title: string,
  rows: readonly Row<Settings>[],
): ReportTable {
  const columns = [
    ...["", "nets", "rule held", "sequences, median (range)", "wrong in the test, each net"],
    ...["mean error", "gradient left", "parameters", "seconds a net", "published: sequences"],
  ];
  const cells = rows.map(({ name, runs, published }) => {
    const results = runs.map(({ result }) => result);
    return [
      name,
      `${runs.length}`,
      `${results.filter(({ stopped }) => stopped).length} of ${runs.length}`,
      medianText(results.map(({ sequences }) => sequences)),
      `${results.map(({ test }) => whole(test.wrong)).join(", ")} of ${whole(results[0].test.of)}`,
      medianText(
        results.map(({ test }) => test.meanError),
        (value) => `${Number(value.toPrecision(2))}`,
      ),
      gradientText(results),
      whole(results[0].parameters),
      medianText(runs.map(({ seconds }) => seconds)),
      published === null ? "" : publishedValue(published),
    ];
  });
  return { title, columns, rows: cells };
}

/** What the column of the gradient means: a note. */
const GRADIENT_NOTE =
  "Gradient left: ‖∂L/∂c‖ of the memory cell at a sequence's first step, in parts of that at its last, where the loss is; over eight test sequences of the trained net.";

/** `0.56 (0.27–0.74)`, with the nets of which no such gradient is left. */
export function gradientText(results: readonly Learnt[]): string {
  const left = results.flatMap(({ gradientLeft }) => (gradientLeft === null ? [] : [gradientLeft]));
  const none = results.length - left.length;
  const text =
    left.length > 0 ? medianText(left, (value) => `${Number(value.toPrecision(2))}`) : "";
  return [text, none > 0 ? `none at the loss in ${none}` : ""].filter(Boolean).join("; ");
}

/** A verdict a row: every net that was run stopped by its rule and has at most so many wrong. */
export function verdictsOf<Settings extends Json>(
  rows: readonly Row<Settings>[],
  asked: string,
  mostWrong: number,
): Verdict[] {
  return rows.map(({ name, runs }) => {
    const results = runs.map(({ result }) => result);
    const good = results.filter(({ stopped, test }) => stopped && test.wrong <= mostWrong).length;
    const wrong = results.map(({ test }) => whole(test.wrong)).join(", ");
    const sequences = medianText(results.map(({ sequences: seen }) => seen));
    return {
      asked: `${name}: ${asked}`,
      measured: `${good} of ${runs.length} nets; ${sequences} sequences; ${wrong} of ${whole(results[0].test.of)} wrong`,
      reached: good === runs.length,
    };
  });
}

/** A verdict a row: every net stopped by its rule, however many are wrong later. */
export function ruleVerdicts<Settings extends Json>(
  rows: readonly Row<Settings>[],
  asked: string,
): Verdict[] {
  return rows.map(({ name, runs }) => {
    const stopped = runs.filter(({ result }) => result.stopped).length;
    const sequences = medianText(runs.map(({ result }) => result.sequences));
    return {
      asked: `${name}: ${asked}`,
      measured: `${stopped} of ${runs.length} nets; ${sequences} sequences`,
      reached: stopped === runs.length,
    };
  });
}

/** A verdict a row, as the papers ask: the stopping rule held, and few of 2,560 fresh sequences are wrong. */
export function stoppedAndTested<Settings extends Json>(
  rows: readonly Row<Settings>[],
  mostWrong: number,
): Verdict[] {
  return verdictsOf(rows, `the stopping rule, then at most ${mostWrong} of 2,560 wrong`, mostWrong);
}

/**
 * What the reports have in common.
 *
 * @param latest How many training sequences the stopping rule looks at.
 * @param drawn Rows in the figure. @default all
 */
export async function learntReport<Settings extends Json>(
  of: {
    readonly name: string;
    readonly title: string;
    readonly latest: string;
    readonly drawn?: readonly Row<Settings>[];
  },
  rows: readonly Row<Settings>[],
  verdicts: readonly Verdict[],
  notes: readonly string[],
): Promise<Report> {
  return {
    verdicts,
    tables: [learntTable("Sequences until the stopping rule held, and the test", rows)],
    figures: await coursesFigure(of.name, of.title, of.latest, of.drawn ?? rows),
    notes: [GRADIENT_NOTE, ...notes],
  };
}

/** How settings stand in a note. */
export function settingsText(learning: Learning): string {
  const { cell, hiddenSize, forgetBias, learningRate, batchSize, clip, averaging } = learning;
  const bias = forgetBias === null ? "" : `, forget bias ${forgetBias}`;
  const averaged =
    averaging > 0
      ? `; tested are the weights averaged over the last ${Math.round(1 / (1 - averaging))} updates`
      : "";
  return `${cell}, ${hiddenSize} units${bias}; Adam ${learningRate}, batches of ${batchSize}, gradients of norm ${clip} at most${averaged}`;
}

/** The share wrong of the latest sequences, against the sequences seen: a line a kind, of its first net. */
async function coursesFigure<Settings extends Json>(
  name: string,
  title: string,
  latest: string,
  rows: readonly Row<Settings>[],
): Promise<Figure[]> {
  const lines = rows.map(({ name: kind, runs }) => ({
    name: kind,
    points: runs[0].result.course.map(([x, y]) => ({ x, y })),
    dots: false,
  }));
  if (!lines.some(({ points }) => points.length > 0)) return [];
  const svg = await linePlot({
    title,
    x: { label: "sequences seen", scale: "log" },
    y: { label: "share wrong of the latest", from: 0, to: 1 },
    lines,
  });
  const caption = `${title}; the first net of each kind. The share is of the latest ${latest} sequences, or of all that were seen while those are fewer: what was wrong before the net had learnt stays in it until it leaves that window, so that a slope shows the window as well as the learning.`;
  return [{ name, caption, svg }];
}
