/** Small draws that all kinds of damage need. */
import type { RandomStream } from "@cellstate/core";

export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.integer(items.length)];
}

export function noise(random: RandomStream, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random.integer(256));
}
