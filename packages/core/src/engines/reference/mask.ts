/** A random mask as numbers, `kept` or 0, for what multiplies a cell's states. */
import { type Key, uniform } from "../../numbers/random.ts";
import type { MaskSpec, Operation } from "../engine.ts";
import { forEachRow } from "./rows.ts";

export function mask({ output, rate, kept, key }: MaskSpec, memory: Float64Array): Operation {
  const { offset, width, stride } = output;
  return {
    prepare() {},
    forward(span) {
      const stream: Key = [memory[key.offset], memory[key.offset + 1]];
      forEachRow(span, (row) => {
        for (let u = 0; u < width; u++) {
          const isKept = uniform(stream, row * width + u) >= rate;
          memory[offset + row * stride + u] = isKept ? kept : 0;
        }
      });
    },
    /** Chance has no gradient. */
    backward() {},
    gradients() {},
  };
}
