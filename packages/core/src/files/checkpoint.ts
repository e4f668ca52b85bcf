/**
 * A checkpoint: what exact resumption needs, as its container. Whoever trains says what the state is; here it is JSON and arrays
 * of numbers, kept bit for bit under a checksum, in a safetensors file like a model's.
 */
import { CellstateError } from "../errors.ts";
import { decodeContainer, encodeContainer } from "./container.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { shown } from "./shown.ts";

export type CheckpointArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Checkpoint {
  /** Step, epoch, cursors, options, losses: plain JSON. Its numbers come back as the same float64, but −0 as 0. */
  readonly state: JsonObject;
  /** Weights, moments, carried states. NaN and ±∞ are allowed here. */
  readonly arrays: Readonly<Record<string, CheckpointArray>>;
}

const KIND = "checkpoint";

/** @throws TypeError where the state is not plain JSON: undefined, NaN, an instance of a class. */
export function encodeCheckpoint({ state, arrays }: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors = new Map(
    Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
  );
  return encodeContainer({ kind: KIND, parts: { state }, tensors });
}

/**
 * @param name The file's name, for messages.
 * @returns Arrays that are views of `bytes` where alignment allows.
 * @throws CellstateError `file-format`: damaged, no checkpoint, or of a later version.
 */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const { kind, parts, tensors } = decodeContainer(bytes, name);
  const fail = (what: string): never => {
    throw new CellstateError("file-format", `${shown(name)}: ${what}`);
  };
  if (kind !== KIND) return fail(`holds a ${shown(kind)}; expected a checkpoint`);
  const state = Object.hasOwn(parts, "state") ? parts.state : null;
  if (!isJsonObject(state)) return fail("metadata.state: expected an object; no run can go on");
  const arrays: [string, CheckpointArray][] = [];
  for (const [array, { data, dtype }] of tensors) {
    if (
      data instanceof Float32Array ||
      data instanceof Float64Array ||
      data instanceof Int32Array ||
      data instanceof Uint8Array
    ) {
      arrays.push([array, data]);
    } else return fail(`tensor \`${shown(array)}\` holds ${dtype}, which no checkpoint does`);
  }
  return { state, arrays: Object.fromEntries(arrays) };
}
