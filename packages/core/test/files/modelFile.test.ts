import { describe, expect, test } from "vitest";
import { encodeContainer } from "../../src/files/container.ts";
import type { Json } from "../../src/files/json.ts";
import {
  decodeModel,
  encodeModel,
  type LanguageModelMetadata,
  TensorReader,
} from "../../src/files/modelFile.ts";
import { readSafetensors, writeSafetensors } from "../../src/files/safetensors.ts";
import { errorLine, metadata, model, tensors } from "./support.ts";

const decode = (bytes: Uint8Array) => decodeModel(bytes, "m.safetensors", "language-model");

/** The line about a file that says all that a model's does, but for these parts. */
function lineWith(changed: Readonly<Record<string, Json>>): string {
  const parts: Record<string, Json> = { ...metadata, ...changed };
  return errorLine(() => decode(encodeContainer({ kind: "language-model", parts, tensors })));
}

describe("a model", () => {
  test("comes back as it was, bit for bit", () => {
    const read = decode(encodeModel(model));
    expect(read).toMatchObject({ kind: "language-model", formatVersion: 1, languageVersion: 1 });
    expect(read.metadata).toEqual(metadata);
    for (const [name, { shape, data }] of tensors) {
      expect(read.tensors.get(name)?.shape).toEqual(shape);
      expect(read.tensors.get(name)?.data).toEqual(data);
    }
    expect(Object.is(read.tensors.get("linear.bias")?.data[1], -0)).toBe(true);
  });

  test("is the same bytes when it is written twice", () => {
    expect(encodeModel(decode(encodeModel(model)))).toEqual(encodeModel(model));
  });

  test("is a safetensors file whose metadata people can read", () => {
    const read = readSafetensors(encodeModel(model), "any");
    expect(read.metadata).toMatchObject({
      format: "cellstate",
      formatVersion: "1",
      kind: "language-model",
      config: JSON.stringify(metadata.config),
    });
    expect(read.metadata.checksum).toMatch(/^crc32:[0-9a-f]{8}$/);
  });

  test("passes over parts that a later version may add", () => {
    const parts: Record<string, Json> = { ...metadata, later: [1] };
    const bytes = encodeContainer({ kind: "language-model", parts, tensors });
    expect(decode(bytes).metadata).toEqual(metadata);
  });
});

describe("the checksum", () => {
  test("finds every single flipped bit", () => {
    const bytes = encodeModel(model);
    const unnoticed: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      if (errorLine(() => decode(bytes)) === "no error") unnoticed.push(bit);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
    // Only where the flip makes another key of the word "checksum" itself: the file then has none, and all else is intact.
    const text = new TextDecoder().decode(bytes);
    const key = text.indexOf('"checksum"') + 1;
    const outside = unnoticed.filter((bit) => bit < key * 8 || bit >= (key + 8) * 8);
    expect(outside).toEqual([]);
  });

  test("is named in the message", () => {
    const bytes = encodeModel(model);
    bytes[bytes.length - 1] ^= 1;
    expect(errorLine(() => decode(bytes))).toMatch(
      /^m\.safetensors: the checksum is crc32:\w{8}, the file says crc32:\w{8}; it is damaged, take another copy$/,
    );
  });

  test("may be missing, as when another program has written the file", () => {
    const read = readSafetensors(encodeModel(model), "any");
    const { checksum: _, ...rest } = read.metadata;
    expect(decode(writeSafetensors(read.tensors, rest)).metadata).toEqual(metadata);
  });
});

describe("one line says", () => {
  test("that the file is another program's", () => {
    expect(errorLine(() => decode(writeSafetensors(tensors, { format: "pt" })))).toBe(
      "m.safetensors: a safetensors file, but not one of cellstate's; its metadata lack the equations",
    );
  });

  test.each([
    ["formatVersion", "file format"],
    ["languageVersion", "equation language"],
  ])("that its %s is newer, or is none", (field, what) => {
    const read = readSafetensors(encodeModel(model), "any");
    const { checksum: _, ...rest } = read.metadata;
    const line = (version: string) =>
      errorLine(() => decode(writeSafetensors(read.tensors, { ...rest, [field]: version })));
    expect(line("2")).toBe(
      `m.safetensors: version 2 of the ${what}, newer than the 1 known here; update cellstate`,
    );
    expect(line("one")).toBe(`m.safetensors: expected a version of the ${what}, got "one"`);
  });

  test("that it holds something else", () => {
    const bytes = encodeContainer({ kind: "checkpoint", parts: {}, tensors });
    expect(errorLine(() => decode(bytes))).toBe(
      "m.safetensors: holds a checkpoint; expected a language-model; name the model that stands beside it",
    );
  });

  const config = (changed: Readonly<Record<string, Json>>) => ({
    config: { ...metadata.config, ...changed },
  });
  const cases: [string, Record<string, Json>][] = [
    [
      'metadata.config.hiddenSize: expected a whole number from 1 to 65536, got "abc"',
      config({ hiddenSize: "abc" }),
    ],
    [
      "metadata.config.hiddenSize: expected a whole number from 1 to 65536, got 1000000000",
      config({ hiddenSize: 1e9 }),
    ],
    [
      "metadata.config.layers: expected a whole number from 1 to 64, got 65",
      config({ layers: 65 }),
    ],
    ["metadata.config.dropout: expected a number from 0 to below 1, got 1", config({ dropout: 1 })],
    ["metadata.config.tieWeights: expected true or false, got 0", config({ tieWeights: 0 })],
    ["metadata.config: expected an object, got an empty list", { config: [] }],
    ["metadata.cell.equations: expected a string, got nothing", { cell: { name: "x" } }],
    [
      "metadata.cell.equations: expected 1 to 65536 characters, got 65537",
      { cell: { name: "x", equations: "x".repeat(65_537) } },
    ],
    [
      'metadata.precision: expected "float32" or "float64" or "int8", got "float16"',
      { precision: "float16" },
    ],
    [
      "metadata.vocabulary.items[1]: expected a string, got 5",
      { vocabulary: { tokens: "characters", items: ["a", 5, "b"] } },
    ],
    [
      "metadata.vocabulary.items: 2 tokens, vocabularySize is 3",
      { vocabulary: { tokens: "characters", items: ["a", "b"] } },
    ],
    [
      "metadata.vocabulary.items: a token stands twice; each must stand once",
      { vocabulary: { tokens: "characters", items: ["a", "b", "a"] } },
    ],
    [
      "metadata.vocabulary.items: expected the 256 bytes in order",
      { vocabulary: { tokens: "bytes", items: ["a", "b", "c"] } },
    ],
    ["metadata.training: expected an object, got 3", { training: 3 }],
  ];
  test.each(cases)("%s", (line, changed) => {
    expect(lineWith(changed)).toBe(`m.safetensors: ${line}`);
  });

  test("which tensor holds NaN or infinity", () => {
    const broken = new Map([["w", { shape: [3], data: Float32Array.of(1, Number.NaN, 1) }]]);
    const parts: Record<string, Json> = { ...metadata };
    const bytes = encodeContainer({ kind: "language-model", parts, tensors: broken });
    expect(errorLine(() => decode(bytes))).toBe(
      "m.safetensors: tensor `w` holds NaN at element 1; weights must be finite, train the model anew",
    );
  });

  test("which tensor is of another precision", () => {
    expect(lineWith({ precision: "float64" })).toBe(
      "m.safetensors: tensor `linear.bias` is F32, a model of precision float64 needs F64",
    );
  });

  test("which part of the metadata is no JSON", () => {
    const read = readSafetensors(encodeModel(model), "any");
    const { checksum: _, ...rest } = read.metadata;
    const bytes = writeSafetensors(read.tensors, { ...rest, cell: '{"name":1,"name":2}' });
    expect(errorLine(() => decode(bytes))).toBe(
      'm.safetensors: metadata.cell: the key "name" stands twice',
    );
  });
});

describe("what no reader would take is not written", () => {
  test("metadata", () => {
    const wrong: LanguageModelMetadata = {
      ...metadata,
      config: { ...metadata.config, hiddenSize: 0 },
    };
    expect(() => encodeModel({ ...model, metadata: wrong })).toThrow(
      new TypeError("metadata.config.hiddenSize: expected a whole number from 1 to 65536, got 0"),
    );
  });

  test("numbers that JSON does not have", () => {
    const wrong = { ...metadata, training: { loss: Number.NaN } };
    expect(() => encodeModel({ ...model, metadata: wrong })).toThrow(
      new TypeError("metadata.training.loss: expected plain JSON, got NaN"),
    );
  });

  test("weights that are not finite", () => {
    const data = Float32Array.of(0, -Infinity);
    const broken = new Map([["w", { shape: [2], data }]]);
    expect(errorLine(() => encodeModel({ ...model, tensors: broken }))).toBe(
      "tensor `w` holds -Infinity at element 1; the model is not written",
    );
  });
});

describe("tensors are taken by name and shape", () => {
  const reader = () =>
    new TensorReader("m.safetensors", readSafetensors(encodeModel(model), "m").tensors);

  test("and are the file's numbers", () => {
    expect(reader().take("linear.bias", [3], "vocabularySize 3")).toEqual(
      Float32Array.of(0, -0, 1e38),
    );
  });

  test("or one line says what does not fit", () => {
    expect(errorLine(() => reader().take("rnn.weight_hh_l0", [8, 2], "hiddenSize 2"))).toBe(
      "m.safetensors: tensor `rnn.weight_hh_l0` is [2, 2], hiddenSize 2 needs [8, 2]",
    );
    expect(errorLine(() => reader().take("gone", [8, 2], "hiddenSize 2"))).toBe(
      "m.safetensors: tensor `gone` of shape [8, 2] is missing",
    );
  });

  test("and none may be left over", () => {
    const half = reader();
    half.take("linear.bias", [3], "vocabularySize 3");
    expect(errorLine(() => half.end())).toBe(
      "m.safetensors: tensor `rnn.weight_hh_l0` belongs to no part of this model",
    );
  });
});
