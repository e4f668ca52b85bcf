/** Sequences with their labels from whatever people keep them in: a `.ts` file, a folder of CSV files, or IDX. */
import { join } from "node:path";
import { readMagic } from "./bytes.ts";
import { isFolder, listFilesWith, listNames } from "./folders.ts";
import { readIdx } from "./idx.ts";
import { readSeriesFolder } from "./seriesFolder.ts";
import { readSeriesText, type SeriesFile } from "./seriesText.ts";
import type { SpoolOptions } from "./spool.ts";

/** What is learnt from, and what its makers keep to test on, if they do. */
export interface SeriesSource {
  readonly path: string;
  readonly test: string | null;
}

/** Where a folder has its sequences: in CSV files, in the archive's two files, or in IDX. Null where it has none. */
export function findSeries(path: string): SeriesSource | null {
  const folders = listNames(path).map((name) => join(path, name));
  const tables = /\.(?:csv|tsv)(?:\.gz)?$/i;
  const within = [path, ...folders.filter(isFolder)];
  if (within.some((folder) => listFilesWith(folder, tables).length > 0)) {
    return { path, test: null };
  }
  return (
    oneAndTest(path, /_TRAIN\.ts(?:\.gz)?$/, /_TEST\.ts(?:\.gz)?$/) ??
    oneAndTest(path, /^(?!t10k|test).*images[-.]idx3/, /^(?:t10k|test).*images[-.]idx3/)
  );
}

/** A test file by itself is read as well. */
function oneAndTest(path: string, training: RegExp, testing: RegExp): SeriesSource | null {
  const [test, ...tests] = listFilesWith(path, testing);
  const [first, ...more] = listFilesWith(path, training);
  if (more.length > 0 || tests.length > 0) return null;
  if (first === undefined) return test === undefined ? null : { path: test, test: null };
  return { path: first, test: test ?? null };
}

/** @throws CellstateError as the reader of that format does. */
export async function readSeriesFile(
  path: string,
  options: SpoolOptions = {},
): Promise<SeriesFile> {
  if (isFolder(path)) {
    const found = findSeries(path);
    return found === null || found.path === path
      ? readSeriesFolder(path, options)
      : readSeriesFile(found.path, options);
  }
  if (/idx3/.test(path) || readMagic(path, 1)[0] === 0) return readIdx(path);
  return readSeriesText(path, options);
}
