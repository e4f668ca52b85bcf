/**
 * The `.ts` format of the UCR and UEA archive of time series classification (timeseriesclassification.com): lines `@name value` that say what
 * the series are, then a series a line, its channels between colons, their numbers between commas, its label last.
 */
import type { CellstateError, Values } from "@cellstate/core";
import { dataError } from "./bytes.ts";
import { readLines } from "./lines.ts";
import { countOf, isMissing, parseNumber } from "./numbers.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import { type SeriesInput, SeriesStore, TextStore } from "./stores.ts";

export interface SeriesFile {
  /** The channels' names, in the order of a vector's numbers. */
  readonly columns: readonly string[];
  readonly series: Values<SeriesInput>;
  /** What each is called, in a folder the path of its file within it. @default it has only a number */
  readonly names?: readonly string[];
  /** Null where the file has none. */
  readonly labels: Values<string> | null;
  /** Whether the labels are numbers to be predicted as such (`@targetLabel`). @default false */
  readonly numbers?: boolean;
  readonly notes: readonly string[];
}

/** What the lines above `@data` say. */
interface Header {
  /** Null until a line or the first series says it. */
  width: number | null;
  equalLength: boolean;
  seriesLength: number | null;
  /** Null where any label is welcome. */
  classes: ReadonlySet<string> | null;
  labelled: boolean;
  /** The labels are numbers to be predicted. */
  numbers: boolean;
}

/**
 * @throws CellstateError `data`, with the line: channels of different lengths, another number of channels than declared, a word among the
 * numbers, a label that was not declared, time stamps (which this reader has not); `file-access` where the file cannot be read.
 */
export async function readSeriesText(
  path: string,
  options: SpoolOptions = {},
): Promise<SeriesFile> {
  const header: Header = {
    width: null,
    equalLength: false,
    seriesLength: null,
    classes: null,
    labelled: false,
    numbers: false,
  };
  const spool = new Spool(options);
  const labels = new TextStore(spool);
  let series: SeriesStore | null = null;
  let inData = false;
  await readLines(path, (text, number) => {
    const line = text.trim();
    if (line === "" || line.startsWith("#") || (!inData && line.startsWith("%"))) return;
    if (!inData && /^@data$/i.test(line)) inData = true;
    else if (!inData) readHeaderLine(path, line, number, header);
    else {
      const channels = line.split(":");
      const label = header.labelled ? channels.pop()?.trim() : undefined;
      const input = parseSeries(path, channels, number, header);
      series ??= new SeriesStore(spool, channels.length);
      series.append(input);
      if (label === undefined) return;
      if (header.classes !== null && !header.classes.has(label)) {
        const known = [...header.classes].slice(0, 12).join(", ");
        throw dataError(
          path,
          `line ${number}: label ${JSON.stringify(label)} is not among those of @classLabel (${known}); add it there or correct the line`,
        );
      }
      labels.append(label);
    }
  });
  if (!inData) throw dataError(path, "has no line @data; a .ts file has its series below one");
  if (series === null) throw dataError(path, "has no series below @data");
  const width = header.width ?? 0;
  const columns = Array.from({ length: width }, (_, i) => `channel ${i + 1}`);
  return {
    columns,
    series,
    labels: header.labelled ? labels : null,
    numbers: header.numbers,
    notes: [],
  };
}

function readHeaderLine(path: string, line: string, number: number, header: Header): void {
  const [tag, ...values] = line.split(/\s+/);
  const [value = ""] = values;
  const isTrue = /^true$/i.test(value);
  const count = (): number => {
    if (/^\d+$/.test(value) && Number(value) > 0) return Number(value);
    throw dataError(
      path,
      `line ${number}: ${tag} needs a number above 0, got ${JSON.stringify(value)}`,
    );
  };
  switch (tag.toLowerCase()) {
    case "@timestamps":
      if (!isTrue) return;
      throw dataError(
        path,
        `line ${number}: series with time stamps are not read; give evenly spaced ones`,
      );
    case "@univariate":
      if (isTrue) header.width = 1;
      return;
    case "@dimensions":
    case "@dimension":
      header.width = count();
      return;
    case "@equallength":
      header.equalLength = isTrue;
      return;
    case "@serieslength":
      header.seriesLength = count();
      return;
    case "@classlabel":
      header.labelled = isTrue;
      header.classes = isTrue && values.length > 1 ? new Set(values.slice(1)) : null;
      return;
    case "@targetlabel":
      header.labelled ||= isTrue;
      header.numbers = isTrue;
      return;
    default:
      if (tag.startsWith("@")) return;
      throw dataError(path, `line ${number}: expected a line that begins with @ or #, or @data`);
  }
}

/** A series of the line's channels, turned so that the numbers of a time stand together. */
function parseSeries(
  path: string,
  channels: readonly string[],
  number: number,
  header: Header,
): SeriesInput {
  const at = (what: string): CellstateError => dataError(path, `line ${number}: ${what}`);
  const width = channels.length;
  header.width ??= width;
  if (width !== header.width) {
    throw at(
      `${countOf(width, "channel")}, the others have ${header.width}; complete or remove the line`,
    );
  }
  const fields = channels.map((channel) => channel.split(","));
  const steps = fields[0].length;
  const other = fields.findIndex(({ length }) => length !== steps);
  if (other >= 0) {
    throw at(
      `channel 1 has ${steps} numbers, channel ${other + 1} has ${fields[other].length}; give all channels the same length`,
    );
  }
  if (header.equalLength) {
    header.seriesLength ??= steps;
    if (steps !== header.seriesLength) {
      throw at(
        `${steps} steps, @seriesLength says ${header.seriesLength}; correct one or the other`,
      );
    }
  }
  const values = new Float32Array(steps * width);
  for (let channel = 0; channel < width; channel++) {
    for (let step = 0; step < steps; step++) {
      const text = fields[channel][step].trim();
      const value = isMissing(text) ? Number.NaN : parseNumber(text);
      if (value === undefined || !(Number.isNaN(value) || Number.isFinite(Math.fround(value)))) {
        const got = JSON.stringify(text.slice(0, 40));
        throw at(`channel ${channel + 1}, step ${step + 1}: expected a number or ?, got ${got}`);
      }
      values[step * width + channel] = value;
    }
  }
  return { steps, values };
}
