import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readSafetensors,
  type StoredTensor,
  type TensorData,
  writeSafetensors,
} from "../../src/files/safetensors.ts";
import { errorLine, fileOf } from "./support.ts";

const GOLDEN = new URL("../golden/torch/", import.meta.url);

function bits(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function lineOf(header: unknown, dataLength = 0): string {
  return errorLine(() => readSafetensors(fileOf(header, dataLength), "m.safetensors"));
}

/** Any bits at all, NaN payloads too: seen through a view, never through numbers. */
const anyTensor: fc.Arbitrary<StoredTensor> = fc
  .tuple(
    fc.constantFrom(
      Float32Array,
      Float64Array,
      BigInt64Array,
      Int32Array,
      Int16Array,
      Int8Array,
      Uint8Array,
    ),
    fc.array(fc.nat(4), { maxLength: 3 }),
    fc.uint8Array({ minLength: 512, maxLength: 512 }),
  )
  .map(([Typed, shape, bytes]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { shape, data: new Typed(bytes.slice().buffer, 0, count) };
  });

describe("what is written", () => {
  test("reads back with the same names, shapes, types and bits", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => name !== "__metadata__"),
          anyTensor,
          { maxKeys: 6 },
        ),
        fc.dictionary(fc.string(), fc.string({ unit: "binary" })),
        (tensors, metadata) => {
          const written = writeSafetensors(new Map(Object.entries(tensors)), metadata);
          const read = readSafetensors(written, "any");
          expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
          expect([...read.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
          for (const [name, { shape, data }] of Object.entries(tensors)) {
            const found = read.tensors.get(name);
            expect(found?.shape).toEqual(shape);
            expect(found?.data.constructor).toBe(data.constructor);
            expect(found && bits(found.data)).toEqual(bits(data));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("is the same bytes whatever order tensors and metadata came in", () => {
    const a = { shape: [1], data: Float32Array.of(1) };
    const b = { shape: [1], data: Float64Array.of(2) };
    const there = new Map<string, StoredTensor>([
      ["a", a],
      ["b", b],
      ["10", a],
      ["9", a],
    ]);
    const back = new Map([...there].reverse());
    expect(writeSafetensors(there, { p: "1", q: "2" })).toEqual(
      writeSafetensors(back, { q: "2", p: "1" }),
    );
  });

  test("is the format byte by byte: length, header padded to eight with spaces, little-endian data", () => {
    const bytes = writeSafetensors(
      new Map([["w", { shape: [1, 2], data: Float32Array.of(1, -2) }]]),
      { k: "v" },
    );
    const header =
      '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
    expect(bytes.slice(0, 8)).toEqual(Uint8Array.of(padded.length, 0, 0, 0, 0, 0, 0, 0));
    expect(new TextDecoder().decode(bytes.slice(8, 8 + padded.length))).toBe(padded);
    expect(bytes.slice(8 + padded.length)).toEqual(Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192));
  });

  test("puts wider numbers first, so that every tensor is aligned and none is copied", () => {
    const written = writeSafetensors(
      new Map<string, StoredTensor>([
        ["a", { shape: [3], data: Uint8Array.of(1, 2, 3) }],
        ["b", { shape: [1], data: Float32Array.of(1) }],
        ["c", { shape: [1], data: Float64Array.of(1) }],
      ]),
    );
    const { tensors } = readSafetensors(written, "any");
    expect([...tensors.keys()]).toEqual(["c", "b", "a"]);
    for (const { data } of tensors.values()) expect(data.buffer).toBe(written.buffer);
  });

  test("refuses a shape that does not fit its numbers", () => {
    const wrong = new Map([["w", { shape: [2], data: Float32Array.of(1) }]]);
    expect(() => writeSafetensors(wrong)).toThrow(
      new RangeError("tensor `w` of shape [2] cannot hold 1 numbers"),
    );
  });
});

describe("a file in memory that is not aligned", () => {
  test("reads the same numbers", () => {
    const written = writeSafetensors(
      new Map([["w", { shape: [2], data: Float64Array.of(0.1, -1e300) }]]),
    );
    const shifted = new Uint8Array(written.length + 1);
    shifted.set(written, 1);
    const { tensors } = readSafetensors(shifted.subarray(1), "any");
    expect(tensors.get("w")?.data).toEqual(Float64Array.of(0.1, -1e300));
  });
});

describe("files that another program wrote", () => {
  const files = readdirSync(GOLDEN).filter((file) => file.endsWith(".safetensors"));

  // The reference writer of the format orders tensors as we do, so its files come out byte by byte.
  test.each(files)("%s: reads, and is the same bytes when written again", (file) => {
    const bytes = new Uint8Array(readFileSync(new URL(file, GOLDEN)));
    const { tensors, metadata } = readSafetensors(bytes, file);
    expect(writeSafetensors(tensors, metadata)).toEqual(bytes);
  });

  test("lstm_l1.safetensors has the shapes that its manifest names", () => {
    const bytes = new Uint8Array(readFileSync(new URL("lstm_l1.safetensors", GOLDEN)));
    const { tensors, metadata } = readSafetensors(bytes, "lstm_l1.safetensors");
    expect(metadata.case).toBe("lstm_l1");
    expect(tensors.get("weight_ih_l0")?.shape).toEqual([20, 4]);
    expect(tensors.get("weight_ih_l0")?.dtype).toBe("F32");
  });
});

describe("a damaged file gives one line", () => {
  const good = { w: { dtype: "F32", shape: [2], data_offsets: [0, 8] } };

  test("when it is shorter than any file", () => {
    expect(errorLine(() => readSafetensors(new Uint8Array(3), "m.safetensors"))).toBe(
      "m.safetensors: 3 bytes are too few; the file is cut short, damaged or no safetensors file",
    );
  });

  test.each([
    ["2⁶⁴ − 1", 0xffffffffffffffffn],
    ["more than the file", 90n],
    ["2⁵³", 2n ** 53n],
  ])("when its header's length is %s", (_, length) => {
    const bytes = fileOf(good, 8);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expect(errorLine(() => readSafetensors(bytes, "m.safetensors"))).toBe(
      `m.safetensors: a header of ${Number(length)} bytes in a file of ${bytes.length}; ` +
        "the file is cut short, damaged or no safetensors file",
    );
  });

  test("when they are a text", () => {
    const bytes = new TextEncoder().encode("My name is Krish, and this is no model.");
    expect(errorLine(() => readSafetensors(bytes, "my.txt"))).toBe(
      "my.txt: no safetensors file, which begins with the length of its header and {",
    );
  });

  test("when the header is not UTF-8", () => {
    const bytes = fileOf(good, 8);
    bytes[10] = 0xff;
    expect(errorLine(() => readSafetensors(bytes, "m.safetensors"))).toBe(
      "m.safetensors: the header is not UTF-8; the file is damaged or no safetensors file",
    );
  });

  test("when the header is a list", () => {
    expect(lineOf("[]")).toBe(
      "m.safetensors: the header does not begin with {; the file is cut short, damaged or no safetensors file",
    );
  });

  test("when the header is no JSON, whatever it holds", () => {
    expect(lineOf("{\n\n\u2028 nonsense")).toMatch(
      /^m\.safetensors: the header: not valid JSON \(/,
    );
    expect(lineOf('{"a')).toBe(
      "m.safetensors: the header: not valid JSON (a string without an end)",
    );
  });

  test("when a key stands twice, even when it is spelt differently", () => {
    const entry = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';
    expect(lineOf(`{"w":${entry},"w":${entry}}`)).toBe(
      'm.safetensors: the header: the key "w" stands twice',
    );
    expect(lineOf(`{"w":${entry},"\\u0077":${entry}}`)).toBe(
      'm.safetensors: the header: the key "w" stands twice',
    );
    expect(lineOf('{"w":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}')).toBe(
      'm.safetensors: the header: the key "dtype" stands twice',
    );
  });

  test("when it nests without end", () => {
    expect(lineOf(`{"w":${"[".repeat(100_000)}`)).toBe(
      "m.safetensors: the header: lists and objects nested more than 3 deep",
    );
  });

  test.each([
    [
      "a dtype that nobody knows",
      { w: { ...good.w, dtype: "F33" } },
      'has dtype "F33"; expected one of F64, F32, I64, I32, I16, I8, U8',
    ],
    [
      "a dtype out of Object's own names",
      { w: { ...good.w, dtype: "constructor" } },
      'has dtype "constructor"; expected one of F64, F32, I64, I32, I16, I8, U8',
    ],
    [
      "no dtype",
      { w: { shape: [2], data_offsets: [0, 8] } },
      "has dtype nothing; expected one of F64, F32, I64, I32, I16, I8, U8",
    ],
    [
      "a negative dimension",
      { w: { ...good.w, shape: [-2] } },
      "has a shape of [-2]; expected at most 16 integers from 0",
    ],
    [
      "a broken dimension",
      { w: { ...good.w, shape: [1.5] } },
      "has a shape of [1.5]; expected at most 16 integers from 0",
    ],
    [
      "a dimension in words",
      { w: { ...good.w, shape: ["2"] } },
      'has a shape of ["2"]; expected at most 16 integers from 0',
    ],
    [
      "a shape that is no list",
      { w: { ...good.w, shape: 2 } },
      "has a shape of 2; expected at most 16 integers from 0",
    ],
    [
      "a shape beyond all numbers",
      { w: { ...good.w, shape: [2 ** 40, 2 ** 40] } },
      "has a shape of [1099511627776, 1099511627776], more than any file can hold",
    ],
    [
      "a shape that wraps around to the right size",
      { w: { ...good.w, shape: [2 ** 32, 2 ** 32, 2] } },
      "has a shape of [4294967296, 4294967296, 2], more than any file can hold",
    ],
    [
      "more bytes than its shape",
      { w: { ...good.w, shape: [1] } },
      "is F32 [1], 4 bytes, but has 8",
    ],
    [
      "offsets beyond the file",
      { w: { ...good.w, data_offsets: [0, 12] } },
      "has data_offsets [0, 12], the file 8 bytes of data; it is cut short or damaged",
    ],
    [
      "offsets the wrong way round",
      { w: { ...good.w, data_offsets: [8, 0] } },
      "has data_offsets [8, 0], the file 8 bytes of data; it is cut short or damaged",
    ],
    [
      "one offset",
      { w: { ...good.w, data_offsets: [0] } },
      "has data_offsets of [0]; expected two integers from 0",
    ],
    [
      "a field too many",
      { w: { ...good.w, more: 1 } },
      'has a field "more"; expected dtype, shape and data_offsets',
    ],
    ["no object", { w: 12 }, "must be an object with dtype, shape and data_offsets, got 12"],
  ])("when a tensor has %s", (_, header, what) => {
    expect(lineOf(header, 8)).toBe(`m.safetensors: tensor \`w\` ${what}`);
  });

  test("when tensors overlap, leave a hole, or leave bytes at the end", () => {
    const at = (begin: number, end: number) => ({
      dtype: "U8",
      shape: [end - begin],
      data_offsets: [begin, end],
    });
    expect(lineOf({ a: at(0, 5), b: at(4, 8) }, 8)).toBe(
      "m.safetensors: tensor `b` begins at byte 4 and overlaps the one before it; expected 5",
    );
    expect(lineOf({ a: at(0, 3), b: at(4, 8) }, 8)).toBe(
      "m.safetensors: tensor `b` begins at byte 4 and leaves a hole before it; expected 3",
    );
    expect(lineOf({ a: at(0, 3) }, 8)).toBe(
      "m.safetensors: 5 bytes after the last tensor; the file is damaged",
    );
  });

  test("when metadata are not strings", () => {
    expect(lineOf({ __metadata__: { a: 1 } })).toBe(
      "m.safetensors: __metadata__.a must be a string, got 1",
    );
    expect(lineOf({ __metadata__: [] })).toBe(
      "m.safetensors: __metadata__ must be an object, got an empty list",
    );
  });

  test("when names try to break the line or to flood it", () => {
    expect(lineOf({ "a\nb\u001b[2J": 12 })).toContain("tensor `a\\u{a}b\\u{1b}[2J` must be");
    expect(lineOf({ ["x".repeat(1000)]: 12 })).toContain(`tensor \`${"x".repeat(59)}…\` must be`);
  });
});

test("names that objects have of themselves are names like any other", () => {
  const tensors = new Map([["__proto__", { shape: [1], data: Float32Array.of(7) }]]);
  const metadata = JSON.parse('{"__proto__":"p","constructor":"c"}');
  const read = readSafetensors(writeSafetensors(tensors, metadata), "any");
  expect(read.tensors.get("__proto__")?.data).toEqual(Float32Array.of(7));
  expect(Object.entries(read.metadata)).toEqual([
    ["__proto__", "p"],
    ["constructor", "c"],
  ]);
});
