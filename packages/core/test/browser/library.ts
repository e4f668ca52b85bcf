/** What a page sees of the library: the names that its index exports. */
import * as core from "../../src/index.ts";

export default function names() {
  return Object.keys(core).sort();
}
