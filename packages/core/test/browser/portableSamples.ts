/** Every portable function over a few thousand arguments, to be run in Node and in the page. */
import { cos, exp, expm1, log, pow, sigmoid, sin, tanh } from "../../src/numbers/portable.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

const COUNT = 2000;

export default function portableSamples() {
  const stream = new RandomStream(streamKey(1, "portable"));
  const of = (f: (x: number) => number, from: number, to: number): number[] =>
    Array.from({ length: COUNT }, () => f(from + (to - from) * stream.uniform()));
  return {
    exp: of(exp, -745, 709),
    expm1: of(expm1, -3, 3),
    log: of(log, 0, 1e6),
    tanh: of(tanh, -5, 5),
    sigmoid: of(sigmoid, -40, 40),
    sin: of(sin, -1e6, 1e6),
    cos: of(cos, -10, 10),
    pow: of((x) => pow(x, 1000 * x), 0.1, 1.2),
  };
}
