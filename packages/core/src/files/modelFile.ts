/**
 * A model file, as its container: what its metadata must say, and which tensors there are. What a model makes of
 * them stands in models/.
 *
 * What encodes without an error decodes again, so a good file is never replaced by one that nobody can read.
 */
import { CellstateError } from "../errors.ts";
import { decodeContainer, encodeContainer } from "./container.ts";
import { fromInt8, scaleName } from "./int8Tensors.ts";
import type { Json, JsonObject } from "./json.ts";
import { type NetworkMetadata, networkMetadata } from "./networkMetadata.ts";
import type { Dtype, ReadTensor, StoredTensor, TensorData } from "./safetensors.ts";
import {
  anyObject,
  boolean,
  type Check,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  SchemaError,
  string,
} from "./schema.ts";
import { shown } from "./shown.ts";

/** Everything about a language model that is not a weight. */
export interface LanguageModelMetadata {
  readonly cell: { readonly name: string; readonly equations: string };
  readonly config: {
    readonly hiddenSize: number;
    readonly layers: number;
    /** 0 for one-hot. */
    readonly embeddingSize: number;
    /** Null for a cell that does not project. */
    readonly projectionSize: number | null;
    readonly dropout: number;
    readonly tieWeights: boolean;
    readonly vocabularySize: number;
  };
  readonly vocabulary: {
    readonly tokens: "characters" | "words" | "bytes";
    /** One string a token, in the order of their numbers. */
    readonly items: readonly string[];
  };
  /** How it was trained: seed, steps, options, losses, data. For people and for repeating the run. Null if it never was. */
  readonly training: JsonObject | null;
  /** `int8`: matrices in 8 bits with scales beside them, see `int8Tensors.ts`; all else in float32. */
  readonly precision: "float32" | "float64" | "int8";
}

/** What a file of each kind says; the kind stands in the file. */
interface MetadataOf {
  readonly "language-model": LanguageModelMetadata;
  readonly network: NetworkMetadata;
}

export type ModelKind = keyof MetadataOf;

/** Sizes that a reader believes. A model's tensors must bear them out before memory is taken for it. */
const MOST_UNITS = 65_536;
const MOST_LAYERS = 64;
const MOST_TOKENS = 1_000_000;
const LONGEST_TOKEN = 1_000;
const LONGEST_EQUATIONS = 65_536;

const SCHEMAS: { readonly [K in ModelKind]: Check<MetadataOf[K]> } = {
  network: networkMetadata,
  "language-model": (value, path) => {
    const metadata = languageModel(value, path);
    const { config, vocabulary } = metadata;
    if (config.vocabularySize !== vocabulary.items.length) {
      throw new SchemaError(
        `${path}.vocabulary.items: ${vocabulary.items.length} tokens, vocabularySize is ${config.vocabularySize}`,
      );
    }
    if (new Set(vocabulary.items).size !== vocabulary.items.length) {
      throw new SchemaError(`${path}.vocabulary.items: a token stands twice; each must stand once`);
    }
    if (vocabulary.tokens === "bytes" && !vocabulary.items.every(isByte(vocabulary.items.length))) {
      throw new SchemaError(`${path}.vocabulary.items: expected the 256 bytes in order`);
    }
    return metadata;
  },
};

/** Bytes are their own numbers, so nothing is ever looked up: they must be what they are taken for. */
function isByte(count: number): (item: string, index: number) => boolean {
  return (item, index) => count === 256 && item === String.fromCharCode(index);
}

const languageConfig = object<LanguageModelMetadata["config"]>({
  hiddenSize: integer(1, MOST_UNITS),
  layers: integer(1, MOST_LAYERS),
  embeddingSize: integer(0, MOST_UNITS),
  projectionSize: nullable(integer(1, MOST_UNITS)),
  dropout: number(0, 1),
  tieWeights: boolean,
  vocabularySize: integer(1, MOST_TOKENS),
});

const languageModel = object<LanguageModelMetadata>({
  cell: object<LanguageModelMetadata["cell"]>({
    name: string(200, 1),
    equations: string(LONGEST_EQUATIONS, 1),
  }),
  config: languageConfig,
  vocabulary: object<LanguageModelMetadata["vocabulary"]>({
    tokens: oneOf("characters", "words", "bytes"),
    items: list(string(LONGEST_TOKEN, 1), 1, MOST_TOKENS),
  }),
  training: nullable(anyObject),
  precision: oneOf("float32", "float64", "int8"),
});

/** @throws CellstateError `option` where a model of these sizes could not be written: better before it is trained. */
export function checkLanguageConfig(config: LanguageModelMetadata["config"]): void {
  try {
    languageConfig(config, "config");
  } catch (error) {
    throw error instanceof SchemaError ? new CellstateError("option", error.message) : error;
  }
}

export interface ModelFile<K extends ModelKind = ModelKind> {
  readonly kind: K;
  readonly metadata: MetadataOf[K];
  /** Weights by name: finite numbers of the precision that the metadata name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export interface ReadModelFile<K extends ModelKind = ModelKind> extends ModelFile<K> {
  readonly formatVersion: number;
  readonly languageVersion: number;
  readonly tensors: ReadonlyMap<string, ReadTensor>;
}

/**
 * @returns The file's bytes; the same model gives the same bytes.
 * @throws TypeError where the metadata are not what a reader would take.
 * @throws CellstateError `not-finite` where a weight is NaN or infinite.
 */
export function encodeModel(model: ModelFile): Uint8Array<ArrayBuffer> {
  const { kind, metadata, tensors } = model;
  try {
    SCHEMAS[kind](metadata, "metadata");
  } catch (error) {
    throw error instanceof SchemaError ? new TypeError(error.message) : error;
  }
  for (const [name, { data }] of tensors) {
    const at = firstNotFinite(data);
    if (at < 0) continue;
    throw new CellstateError(
      "not-finite",
      `tensor \`${shown(name)}\` holds ${data[at]} at element ${at}; the model is not written`,
    );
  }
  const parts: Record<string, Json> = Object.fromEntries(Object.entries(metadata));
  return encodeContainer({ kind, parts, tensors });
}

/** @throws CellstateError `file-format`, one line: damaged, of another kind, or weights that are not finite. */
export function decodeModel<K extends ModelKind>(
  bytes: Uint8Array,
  name: string,
  kind: K,
): ReadModelFile<K> {
  const file = shown(name);
  const container = decodeContainer(bytes, name);
  if (container.kind !== kind) {
    const advice = container.kind === "checkpoint" ? "; name the model that stands beside it" : "";
    throw new CellstateError(
      "file-format",
      `${file}: holds a ${shown(container.kind)}; expected a ${kind}${advice}`,
    );
  }
  const { tensors, formatVersion, languageVersion } = container;
  try {
    const metadata = SCHEMAS[kind](container.parts, "metadata");
    checkNumbers(file, tensors, metadata.precision);
    return { kind, formatVersion, languageVersion, metadata, tensors };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new CellstateError("file-format", `${file}: ${error.message}`);
  }
}

function checkNumbers(
  file: string,
  tensors: ReadonlyMap<string, ReadTensor>,
  precision: LanguageModelMetadata["precision"],
): void {
  for (const [name, tensor] of tensors) {
    const dtype = dtypeIn(precision, name, tensor);
    const label = `${file}: tensor \`${shown(name)}\``;
    if (tensor.dtype !== dtype) {
      throw new CellstateError(
        "file-format",
        `${label} is ${tensor.dtype}, a model of precision ${precision} needs ${dtype}`,
      );
    }
    const at = firstNotFinite(tensor.data);
    if (at < 0) continue;
    throw new CellstateError(
      "file-format",
      `${label} holds ${tensor.data[at]} at element ${at}; weights must be finite, train the model anew`,
    );
  }
}

/** How a model of this precision keeps a tensor. */
function dtypeIn(
  precision: LanguageModelMetadata["precision"],
  name: string,
  { shape }: ReadTensor,
): Dtype {
  if (precision === "float64") return "F64";
  return precision === "int8" && shape.length === 2 && !name.endsWith(scaleName("")) ? "I8" : "F32";
}

/** The index of the first NaN or ±∞, or −1. */
function firstNotFinite(data: TensorData): number {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return -1;
  // A finite sum of v·0 has only finite terms: one pass without a branch, a second only for the place.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * 0;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}

/** Takes tensors out of a model file by name and shape; afterwards `end` says whether any is left over. */
export class TensorReader {
  readonly #file: string;
  readonly #tensors: ReadonlyMap<string, ReadTensor>;
  readonly #taken = new Set<string>();

  /** @param name The file's name, for messages. */
  constructor(name: string, tensors: ReadonlyMap<string, ReadTensor>) {
    this.#file = shown(name);
    this.#tensors = tensors;
  }

  /**
   * The tensor's numbers, of one in 8 bits those that it stands for.
   *
   * @param reason What the shape follows from, for the message: `hiddenSize 128`.
   * @param parts Of a matrix: columns that multiply one vector each. @default all of them
   * @throws CellstateError `file-format`: not there, another shape, no floating-point numbers, scales that do not fit.
   */
  take(
    name: string,
    shape: readonly number[],
    reason: string,
    parts: readonly number[] = shape.slice(1),
  ): Float32Array | Float64Array {
    const tensor = this.check(name, shape, reason);
    const { data, dtype } = tensor;
    this.#taken.add(name);
    if (data instanceof Float32Array || data instanceof Float64Array) return data;
    const label = `tensor \`${shown(name)}\``;
    if (!(data instanceof Int8Array)) {
      return this.#fail(`${label} holds ${dtype}, expected F32, F64 or I8`);
    }
    const [rows] = shape;
    const scales = this.take(scaleName(name), [rows, parts.length], label);
    if (!(scales instanceof Float32Array)) return this.#fail(`${label} needs scales in F32`);
    const weights = fromInt8(data, rows, scales, parts);
    if (typeof weights !== "string") return weights;
    return this.#fail(`${label} ${weights}; the file is damaged`);
  }

  /** The tensor as the file has it, nothing made of it yet. @throws CellstateError as `take` does for its shape. */
  check(name: string, shape: readonly number[], reason: string): ReadTensor {
    const label = `tensor \`${shown(name)}\``;
    const wanted = `[${shape.join(", ")}]`;
    const tensor = this.#tensors.get(name);
    if (!tensor) return this.#fail(`${label} of shape ${wanted} is missing`);
    if (shape.length !== tensor.shape.length || shape.some((size, i) => size !== tensor.shape[i])) {
      return this.#fail(`${label} is [${tensor.shape.join(", ")}], ${reason} needs ${wanted}`);
    }
    return tensor;
  }

  /** @throws CellstateError `file-format` where the file has a tensor that nobody took. */
  end(): void {
    for (const name of this.#tensors.keys()) {
      if (!this.#taken.has(name)) {
        this.#fail(`tensor \`${shown(name)}\` belongs to no part of this model`);
      }
    }
  }

  #fail(what: string): never {
    throw new CellstateError("file-format", `${this.#file}: ${what}`);
  }
}
