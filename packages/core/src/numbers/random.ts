/**
 * Counter-based random numbers: the n-th number of a stream is a function of the stream's key and n alone.
 *
 * So a run can be resumed anywhere, a mask can be made anew in the backward pass, and any number of threads draws the
 * same numbers. Streams of different purposes get different keys from one seed and never share numbers.
 * Only integer arithmetic: the same on every machine, in TypeScript and in WebAssembly lanes.
 *
 * The mixer is Chris Wellons' triple32 (a bijection of 32 bits, bias 0.0208 over avalanche), used twice with a key each time.
 */

/** A random stream's identity: two 32-bit integers. */
export type Key = readonly [number, number];

/** A bijection of 32-bit integers in which every input bit flips every output bit with probability near one half. */
export function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb);
  x = Math.imul(x ^ (x >>> 11), 0xac4c1b51);
  x = Math.imul(x ^ (x >>> 15), 0x31848bab);
  return x ^ (x >>> 14);
}

/** The key of a stream: a seed and what the stream is for, for example `streamKey(1, 'dropout', layer, step)`. */
export function streamKey(seed: number, ...purpose: readonly (string | number)[]): Key {
  // Seeds are integers up to 2⁵³: both halves count.
  let a = mix32(seed | 0);
  let b = mix32((Math.floor(seed / 0x100000000) | 0) ^ 0x9e3779b9);
  const absorb = (word: number): void => {
    a = mix32(a ^ word);
    b = mix32((b + a) ^ Math.imul(word, 0x85ebca6b));
  };
  for (const part of purpose) {
    if (typeof part === "number") absorb(part | 0);
    else for (let i = 0; i < part.length; i++) absorb(part.charCodeAt(i) + 0x10000);
    absorb(-1);
  }
  return [a, b];
}

/** The `counter`-th number of a stream: 32 random bits as an unsigned integer. */
export function randomBits(key: Key, counter: number): number {
  return mix32(mix32((counter ^ key[0]) | 0) + key[1]) >>> 0;
}

/** The `counter`-th number of a stream, in [0, 1): 24 bits, so it is the same number in float32. */
export function uniform(key: Key, counter: number): number {
  return (randomBits(key, counter) >>> 8) / 0x1000000;
}

/** A cursor over a stream, for code that draws one number after another. */
export class RandomStream {
  readonly key: Key;
  /** How many numbers have been drawn: with the key, the whole state. */
  counter: number;

  constructor(key: Key, counter = 0) {
    this.key = key;
    this.counter = counter;
  }

  /** In [0, 1), 24 bits. */
  uniform(): number {
    return uniform(this.key, this.counter++);
  }

  /** An integer in [0, limit), for limits up to 2³². */
  integer(limit: number): number {
    return Math.floor((randomBits(this.key, this.counter++) / 0x100000000) * limit);
  }

  /** `values` in a random order, in place (Fisher and Yates). */
  shuffle<T extends unknown[] | Int32Array | Uint32Array>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = values[i];
      values[i] = values[j];
      values[j] = held;
    }
    return values;
  }
}
