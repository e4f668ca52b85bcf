/**
 * Examples split into those to learn from and those held out, as indices in ascending order, so that what is split may lie in a file.
 * One seed, one split. Which kind is without leaks depends on the data: equal keys (a name, a patient, the English side of a pair) belong on one
 * side, and what is to come must not be learnt from.
 */
import { RandomStream, streamKey } from "../numbers/random.ts";
import type { Values } from "./examples.ts";

/** Every example stands in one of the two, once. */
export interface IndexSplit {
  readonly training: Int32Array;
  readonly held: Int32Array;
}

/**
 * Holds out examples drawn at random.
 *
 * @param share To hold out, 0 to below 1. Above 0, two examples or more leave at least one on each side.
 * @throws RangeError for another share.
 */
export function splitAtRandom(count: number, share: number, seed: number): IndexSplit {
  const order = shuffled(count, seed, "random split");
  const held = new Uint8Array(count);
  for (const index of order.subarray(0, heldOf(count, share))) held[index] = 1;
  return sides(held);
}

/** As `splitAtRandom` within each label: a label of two examples or more stands on both sides, one of a single example is learnt from. */
export function splitByLabel(labels: Values<string>, share: number, seed: number): IndexSplit {
  const members = new Map<string, number[]>();
  for (let index = 0; index < labels.length; index++) {
    const label = valueAt(labels, index);
    const known = members.get(label);
    if (known) known.push(index);
    else members.set(label, [index]);
  }
  const held = new Uint8Array(labels.length);
  for (const [label, indices] of members) {
    const order = shuffled(indices.length, seed, "split by label", label);
    for (const at of order.subarray(0, heldOf(indices.length, share))) held[indices[at]] = 1;
  }
  return sides(held);
}

/** As `splitAtRandom` of the distinct keys: all examples of a key stand on one side. The share is of the keys. */
export function splitByKey(keys: Values<string>, share: number, seed: number): IndexSplit {
  const numbers = new Map<string, number>();
  const keyOf = new Int32Array(keys.length);
  for (let index = 0; index < keys.length; index++) {
    const key = valueAt(keys, index);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    keyOf[index] = number;
  }
  const order = shuffled(numbers.size, seed, "split by key");
  const heldKeys = new Set(order.subarray(0, heldOf(numbers.size, share)));
  return sides(Uint8Array.from(keyOf, (key) => (heldKeys.has(key) ? 1 : 0)));
}

/**
 * Holds out the last share by time, whatever order the examples stand in. Examples of one time stand on one side: those of the time at the
 * border are held out, unless nothing would be left to learn from.
 *
 * @throws RangeError for a time that is no number.
 */
export function splitByTime(times: Values<number>, share: number): IndexSplit {
  const { length } = times;
  const moments = Float64Array.from({ length }, (_, index) => valueAt(times, index));
  const nameless = moments.findIndex((time) => Number.isNaN(time));
  if (nameless >= 0) throw new RangeError(`times: the one at ${nameless} is NaN`);
  const order = Int32Array.from({ length }, (_, index) => index);
  order.sort((a, b) => moments[a] - moments[b] || a - b);
  const wanted = heldOf(length, share);
  const isBorder = (at: number): boolean =>
    at === 0 || at === length || moments[order[at - 1]] < moments[order[at]];
  let from = length - wanted;
  while (!isBorder(from)) from--;
  if (from === 0 && wanted > 0) {
    from = length - wanted;
    while (!isBorder(from)) from++;
  }
  const held = new Uint8Array(length);
  for (const index of order.subarray(from)) held[index] = 1;
  return sides(held);
}

/** The values at some indices, in their order; nothing is copied. */
export function valuesAt<T>(values: Values<T>, indices: Int32Array): Values<T> {
  return {
    length: indices.length,
    at: (index) => (index in indices ? values.at(indices[index]) : undefined),
  };
}

/** The value at an index that must be there. @throws RangeError where it is not. */
export function valueAt<T>(values: Values<T>, index: number): T {
  const value = values.at(index);
  if (value === undefined) {
    throw new RangeError(`values: nothing at ${index}, expected ${values.length} values`);
  }
  return value;
}

function heldOf(count: number, share: number): number {
  if (!(share >= 0 && share < 1)) {
    throw new RangeError(`share: expected a number from 0 to below 1, got ${share}`);
  }
  if (share === 0 || count < 2) return 0;
  return Math.min(count - 1, Math.max(1, Math.round(count * share)));
}

function shuffled(count: number, seed: number, ...purpose: readonly string[]): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  return new RandomStream(streamKey(seed, ...purpose)).shuffle(order);
}

function sides(held: Uint8Array): IndexSplit {
  const indices = Int32Array.from(held, (_, index) => index);
  return {
    training: indices.filter((index) => held[index] === 0),
    held: indices.filter((index) => held[index] === 1),
  };
}
