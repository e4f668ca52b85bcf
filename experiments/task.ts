/**
 * What an experiment of a paper is to this repository: a number of runs, each by itself and kept by itself, so that what was
 * broken off goes on where it stopped; and what the report says of whatever runs are there.
 */

/** Plain JSON, figures rounded to what they mean. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** One run: everything that it depends on. Deterministic: the same settings give the same result on every machine. */
export interface Run<Settings extends Json = Json> {
  /** Unique within the experiment: `lstm-chrono seed 3`. */
  readonly key: string;
  readonly settings: Settings;
}

export interface DoneRun<Settings extends Json, Result extends Json> extends Run<Settings> {
  readonly result: Result;
  readonly seconds: number;
}

export interface RunOptions {
  /** Nets (seeds) of each kind; null for as many as the experiment asks for. */
  readonly seeds: number | null;
  /** A small form that takes seconds: shows that it runs, and where it can, the effect itself. */
  readonly quick: boolean;
}

/** What was asked for, and whether it was reached: in words and figures made from the runs. */
export interface Verdict {
  readonly asked: string;
  readonly measured: string;
  /** Null where nothing was aimed at: it was to be measured, and is. */
  readonly reached: boolean | null;
}

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Figure {
  /** Of its file, `experiments/results/NAME.svg`, with the experiment's name before it where there are several. */
  readonly name: string;
  readonly caption: string;
  readonly svg: string;
}

/** What RESULTS.md says of an experiment; made from results alone, nothing is typed by hand. */
export interface Report {
  readonly verdicts: readonly Verdict[];
  readonly tables: readonly ReportTable[];
  readonly figures: readonly Figure[];
  /** What would change the figures, what failed, what is not comparable with the paper. Lines of Markdown. */
  readonly notes: readonly string[];
}

/** One of the papers' tasks; a file each. */
export interface PaperTask<Settings extends Json = Json, Result extends Json = Json> {
  readonly name: string;
  readonly title: string;
  /** What it shows, in a sentence or two. */
  readonly about: string;
  /** The paper, and what of it. */
  readonly source: string;
  /** What counts as solved, as published; and where ours differs, how. */
  readonly criterion: string;
  /** Files of `../shared/data` that it reads. @default none */
  readonly data?: readonly string[];
  /** Entries of published.json that stand beside our figures, by their ids. */
  readonly published: readonly string[];
  /** In the order in which they are to be done. */
  runs(options: RunOptions): readonly Run<Settings>[];
  /** @param say Progress, a line now and then. */
  run(settings: Settings, say: (line: string) => void): Promise<Result>;
  report(done: readonly DoneRun<Settings, Result>[]): Report | Promise<Report>;
}
