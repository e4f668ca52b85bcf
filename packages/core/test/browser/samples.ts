/** Numbers that have to come out the same, bit for bit, wherever this file is run: in Node and in the page. */
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

export default function samples() {
  const stream = new RandomStream(streamKey(2 ** 40 + 7, "browser", 3));
  return {
    uniform: Array.from({ length: 1000 }, () => stream.uniform()),
    integers: Array.from({ length: 1000 }, () => stream.integer(2 ** 32)),
    order: stream.shuffle(Array.from({ length: 100 }, (_, i) => i)),
  };
}
