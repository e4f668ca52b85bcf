/** The lines of a text, one after the other, however long the text is. */
import { StringDecoder } from "node:string_decoder";
import { dataError, readTextBytes } from "./bytes.ts";

/** In UTF-16 units. What is longer was not meant as lines. */
const LONGEST_LINE = 64 * 2 ** 20;

/**
 * @param each Gets each line without its end, and its number from 1.
 * @throws CellstateError as `readTextBytes` does; `data` where a line is over 64 Mi characters.
 */
export async function readLines(
  path: string,
  each: (line: string, number: number) => void,
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let number = 0;
  const take = (line: string): void =>
    each(line.endsWith("\r") ? line.slice(0, -1) : line, ++number);
  for await (const chunk of readTextBytes(path)) {
    const text = rest + decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      take(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
    if (rest.length > LONGEST_LINE) {
      throw dataError(path, `line ${number + 1} is over 64 Mi characters; is it made of lines?`);
    }
  }
  if (rest !== "") take(rest);
}
