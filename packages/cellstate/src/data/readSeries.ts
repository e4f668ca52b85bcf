/** Sequences with their labels from whatever people keep them in: a `.ts` file, a folder of CSV files, or IDX. */
import { readMagic } from "./bytes.ts";
import { isFolder } from "./folders.ts";
import { readIdx } from "./idx.ts";
import { readSeriesFolder } from "./seriesFolder.ts";
import { readSeriesText, type SeriesFile } from "./seriesText.ts";
import type { SpoolOptions } from "./spool.ts";

/** @throws CellstateError as the reader of that format does. */
export async function readSeriesFile(
  path: string,
  options: SpoolOptions = {},
): Promise<SeriesFile> {
  if (isFolder(path)) return readSeriesFolder(path, options);
  if (/idx3/.test(path) || readMagic(path, 1)[0] === 0) return readIdx(path);
  return readSeriesText(path, options);
}
