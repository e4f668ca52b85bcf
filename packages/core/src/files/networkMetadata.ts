/** What the file of a network of one of the four shapes says beside its weights, and how it is checked. */
import type { JsonObject } from "./json.ts";
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

export interface CellMetadata {
  readonly name: string;
  readonly equations: string;
}

export interface NetworkMetadata {
  readonly config: NetworkConfigMetadata;
  /** What its numbers mean; checked by the task's own reader. Null for a network without one. */
  readonly task: JsonObject | null;
  readonly training: JsonObject | null;
  readonly precision: "float32" | "float64";
}

export interface NetworkConfigMetadata {
  readonly ports: { readonly input: InputMetadata; readonly output: OutputMetadata };
  readonly encoder: {
    readonly cell: CellMetadata;
    readonly hiddenSize: number;
    readonly layers: number;
    readonly bidirectional: boolean;
  } | null;
  readonly decoder: {
    readonly cell: CellMetadata;
    readonly hiddenSize: number;
    readonly layers: number;
    readonly attention: "none" | "multiplicative" | "additive";
  } | null;
  readonly hidden: readonly number[];
  readonly embeddingSize: number;
  readonly initialStates: "zero" | "learned";
  readonly inputDropout: number;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly zoneout: number;
  readonly memoryZoneout: number;
  readonly labelSmoothing: number;
}

type InputMetadata =
  | { readonly kind: "vector"; readonly width: number }
  | { readonly kind: "vectors"; readonly width: number }
  | { readonly kind: "tokens"; readonly size: number };

type HeadMetadata =
  | { readonly name: string; readonly loss: "squared" | "absolute" | "binaryCrossEntropy" }
  | { readonly name: string; readonly loss: "huber"; readonly delta: number }
  | { readonly name: string; readonly loss: "quantile"; readonly levels: readonly number[] };

type OutputMetadata =
  | { readonly kind: "classes"; readonly size: number; readonly each: "sequence" | "step" }
  | {
      readonly kind: "numbers";
      readonly width: number;
      readonly heads: readonly HeadMetadata[];
      readonly each: "sequence" | "step" | "outputStep";
      readonly known: number;
    }
  | {
      readonly kind: "tokens";
      readonly size: number;
      readonly start: number;
      readonly end: number;
    };

/** Sizes that a reader believes; tensors must bear them out before memory is taken. */
const MOST_UNITS = 65_536;
const MOST_LAYERS = 64;
const MOST_TOKENS = 1_000_000;
const units = integer(1, MOST_UNITS);
const tokens = integer(1, MOST_TOKENS);

/** A check by the member that tells which form an object has. */
function byMember<T>(member: string, forms: Readonly<Record<string, Check<T>>>): Check<T> {
  const known = oneOf(...Object.keys(forms));
  return (value, path) => {
    const tag = anyObject(value, path)[member];
    return forms[known(tag, `${path}.${member}`)](value, path);
  };
}

const cell = object<CellMetadata>({ name: string(200, 1), equations: string(65_536, 1) });

const plainHead = object<HeadMetadata>({
  name: string(200, 1),
  loss: oneOf("squared", "absolute", "binaryCrossEntropy"),
});

const head = byMember<HeadMetadata>("loss", {
  squared: plainHead,
  absolute: plainHead,
  binaryCrossEntropy: plainHead,
  huber: object({ name: string(200, 1), loss: oneOf("huber"), delta: number(0) }),
  quantile: object({
    name: string(200, 1),
    loss: oneOf("quantile"),
    levels: list(number(0, 1), 1, 1000),
  }),
});

const ports = object<NetworkConfigMetadata["ports"]>({
  input: byMember<InputMetadata>("kind", {
    vector: object({ kind: oneOf("vector"), width: tokens }),
    vectors: object({ kind: oneOf("vectors"), width: tokens }),
    tokens: object({ kind: oneOf("tokens"), size: tokens }),
  }),
  output: byMember<OutputMetadata>("kind", {
    classes: object({ kind: oneOf("classes"), size: tokens, each: oneOf("sequence", "step") }),
    numbers: object({
      kind: oneOf("numbers"),
      width: units,
      heads: list(head, 1, 16),
      each: oneOf("sequence", "step", "outputStep"),
      known: integer(0, MOST_UNITS),
    }),
    tokens: (value, path) => {
      const port = object<Extract<OutputMetadata, { kind: "tokens" }>>({
        kind: oneOf("tokens"),
        size: tokens,
        start: integer(0, MOST_TOKENS),
        end: integer(0, MOST_TOKENS),
      })(value, path);
      if (port.start < port.size && port.end < port.size) return port;
      throw new SchemaError(`${path}: start and end must be tokens, below ${port.size}`);
    },
  }),
});

const stack = {
  cell,
  hiddenSize: units,
  layers: integer(1, MOST_LAYERS),
};

export const networkConfig = object<NetworkConfigMetadata>({
  ports,
  encoder: nullable(
    object<NonNullable<NetworkConfigMetadata["encoder"]>>({ ...stack, bidirectional: boolean }),
  ),
  decoder: nullable(
    object<NonNullable<NetworkConfigMetadata["decoder"]>>({
      ...stack,
      attention: oneOf("none", "multiplicative", "additive"),
    }),
  ),
  hidden: list(units, 0, MOST_LAYERS),
  embeddingSize: integer(0, MOST_UNITS),
  initialStates: oneOf("zero", "learned"),
  inputDropout: number(0, 1),
  dropout: number(0, 1),
  recurrentDropout: number(0, 1),
  zoneout: number(0, 1),
  memoryZoneout: number(0, 1),
  labelSmoothing: number(0, 1),
});

export const networkMetadata = object<NetworkMetadata>({
  config: networkConfig,
  task: nullable(anyObject),
  training: nullable(anyObject),
  precision: oneOf("float32", "float64"),
});
