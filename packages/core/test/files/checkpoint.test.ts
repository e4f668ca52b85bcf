import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/files/checkpoint.ts";
import type { JsonObject } from "../../src/files/json.ts";
import { encodeModel } from "../../src/files/modelFile.ts";
import { errorLine, model } from "./support.ts";

test("state and arrays come back bit for bit", () => {
  // JSON has no −0: it comes back as 0.
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const state = fc.dictionary(fc.string(), fc.oneof(finite, fc.string(), fc.array(finite)));
  fc.assert(
    fc.property(state, fc.float32Array(), fc.float64Array(), (given, single, double) => {
      const arrays = { single, double, integers: Int32Array.of(-1, 2 ** 31 - 1) };
      const read = decodeCheckpoint(encodeCheckpoint({ state: given, arrays }), "c");
      expect(read.state).toEqual(JSON.parse(JSON.stringify(given)));
      expect(Object.keys(read.arrays).sort()).toEqual(["double", "integers", "single"]);
      expect(read.arrays).toEqual(arrays);
    }),
  );
});

test("NaN and infinity may stand in arrays, not in the state", () => {
  const arrays = { moments: Float32Array.of(Number.NaN, Infinity) };
  expect(decodeCheckpoint(encodeCheckpoint({ state: {}, arrays }), "c").arrays).toEqual(arrays);
  expect(() => encodeCheckpoint({ state: { best: Infinity }, arrays })).toThrow(
    new TypeError("metadata.state.best: expected plain JSON, got Infinity"),
  );
});

test("a state may nest as deep as a reader takes it, and no deeper", () => {
  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) });
  const encode = (depth: number) => encodeCheckpoint({ state: nested(depth), arrays: {} });
  expect(decodeCheckpoint(encode(32), "c").state).toEqual(nested(32));
  expect(() => encode(33)).toThrow(/nested too deep$/);
});

test("one flipped bit is found", () => {
  const bytes = encodeCheckpoint({ state: { step: 3 }, arrays: { w: Float32Array.of(1, 2) } });
  bytes[bytes.length - 3] ^= 4;
  expect(errorLine(() => decodeCheckpoint(bytes, "c.checkpoint"))).toMatch(
    /^c\.checkpoint: the checksum is crc32:\w{8}, the file says crc32:\w{8}; it is damaged/,
  );
});

test("a model is no checkpoint", () => {
  expect(errorLine(() => decodeCheckpoint(encodeModel(model), "m.safetensors"))).toBe(
    "m.safetensors: holds a language-model; expected a checkpoint",
  );
});
