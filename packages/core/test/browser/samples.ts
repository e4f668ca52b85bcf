/** Numbers that have to come out the same, bit for bit, wherever this file is run: in Node and in the page. */
import { cos, exp, expm1, log, pow, sigmoid, sin, tanh } from "../../src/numbers/portable.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

/** The bits of float64 values, which JSON would round or lose (−0, NaN). */
function bits(values: readonly number[]): number[] {
  return Array.from(new Uint32Array(new Float64Array(values).buffer));
}

export default function samples() {
  const stream = new RandomStream(streamKey(2 ** 40 + 7, "browser", 3));
  const uniform = Array.from({ length: 1000 }, () => stream.uniform());
  const integers = Array.from({ length: 1000 }, () => stream.integer(2 ** 32));
  const order = stream.shuffle(Array.from({ length: 100 }, (_, i) => i));
  const inputs = [...uniform.map((u) => (u - 0.5) * 40), 0, -0, 1e-300, 1e-9, 700, -700, 1e5];
  const functions = { cos, exp, expm1, log, sigmoid, sin, tanh, cube: (x: number) => pow(x, 3) };
  const portableBits = Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [name, bits(inputs.map(value))]),
  );
  return { uniform, integers, order, portableBits };
}
