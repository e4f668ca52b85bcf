/** Where a command's result goes: what a file's name asks for, checked before anything is computed. */
import { assertWritable, writeFileAtomically, writeTextAtomically } from "../files/atomicWrite.ts";
import { isOneOf } from "../files/sameFile.ts";
import { pngOf } from "../forecast/picture.ts";
import { listed } from "../options.ts";
import { UsageError } from "../usageError.ts";

/**
 * @param formats Endings of names, without the dot.
 * @param read Files that are read: nothing is written over them.
 * @throws UsageError for a name that asks for nothing known, and for a file that is read; CellstateError where it cannot be written.
 */
export function outFormat<Format extends string>(
  out: string,
  formats: readonly Format[],
  read: readonly (string | undefined)[],
): Format {
  const format = formats.find((each) => out.toLowerCase().endsWith(`.${each}`));
  if (format === undefined) {
    const endings = listed(formats.map((each) => `.${each}`));
    throw new UsageError(`--out ${out || '""'}: expected a file's name that ends in ${endings}`);
  }
  const files = read.filter((path) => path !== undefined);
  if (isOneOf(out, files)) {
    throw new UsageError(`--out ${out}: that is what is read; choose another name`);
  }
  assertWritable(out);
  return format;
}

/** Writes an SVG, or the PNG of it. */
export async function writePicture(out: string, format: "svg" | "png", svg: string): Promise<void> {
  if (format === "svg") await writeTextAtomically(out, [svg]);
  else writeFileAtomically(out, await pngOf(svg));
}
