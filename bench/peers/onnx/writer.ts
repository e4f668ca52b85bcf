/**
 * Writes ONNX models: the little of the format (github.com/onnx/onnx, onnx.proto3) that an LSTM's graph needs. A model is a
 * Protocol Buffers message: fields of a number, a kind (0 a varint, 2 bytes with their length before them) and a value.
 */

/** Opset 17 is read by every ONNX Runtime since 2022. */
const OPSET = 17;
const IR_VERSION = 8;

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: "float32" | "int64";
  readonly shape: readonly number[];
}

export interface OnnxNode {
  readonly type: string;
  /** An empty name is an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

type Bytes = Uint8Array;

const ELEMENT_TYPES = { float32: 1, int64: 7 } as const;
const INTEGER_ATTRIBUTE = 2;

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const integer = (field: number, value: number): Bytes =>
  Buffer.concat([varint(field * 8), varint(value)]);

const message = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};

const text = (field: number, value: string): Bytes => message(field, Buffer.from(value));

/** NodeProto */
function node({ type, inputs, outputs, attributes = {} }: OnnxNode): Bytes {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) =>
      // A varint of a negative number is its 64-bit complement: none of our attributes is one.
      message(5, text(1, name), integer(3, value), integer(20, INTEGER_ATTRIBUTE)),
    ),
  );
}

/** TensorProto */
function initializer({ name, shape, data }: OnnxTensor): Bytes {
  const type = data instanceof Float32Array ? "float32" : "int64";
  return message(
    5,
    ...shape.map((dimension) => integer(1, dimension)),
    integer(2, ELEMENT_TYPES[type]),
    text(8, name),
    message(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

/** ValueInfoProto, of inputs (field 11) and outputs (field 12). */
function value(field: number, { name, type, shape }: OnnxValue): Bytes {
  const dimensions = shape.map((dimension) => message(1, integer(1, dimension)));
  const tensor = message(1, integer(1, ELEMENT_TYPES[type]), message(2, ...dimensions));
  return message(field, text(1, name), message(2, tensor));
}

/** ModelProto */
export function encodeOnnx(graph: OnnxGraph): Bytes {
  return Buffer.concat([
    integer(1, IR_VERSION),
    text(2, "cellstate bench"),
    message(
      7,
      ...graph.nodes.map(node),
      text(2, "lstm"),
      ...graph.initializers.map(initializer),
      ...graph.inputs.map((input) => value(11, input)),
      ...graph.outputs.map((output) => value(12, output)),
    ),
    message(8, text(1, ""), integer(2, OPSET)),
  ]);
}
