/** One of ten thousand damages to a file, drawn from a seed: an accident, or a lie. */
import { RandomStream, streamKey } from "@cellstate/core";
import { ACCIDENTS, WEIGHTS } from "./accidents.ts";
import { LIES } from "./lies.ts";
import { joinFile, reseal, splitFile } from "./rawFile.ts";

export interface Damaged {
  /** What was done, for the report. */
  readonly how: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The checksum was made right again afterwards: only the other checks stand in the way. */
  readonly sealed: boolean;
}

const accidents = Object.entries(ACCIDENTS);
const lies = Object.entries(LIES);
const weights = Object.entries(WEIGHTS);

/** The `index`-th damage of a seed, done to a copy of `bytes`. */
export function damage(bytes: Uint8Array, seed: number, index: number): Damaged {
  const random = new RandomStream(streamKey(seed, "damage", index));
  const copy = bytes.slice();
  const kind = random.integer(accidents.length + lies.length + weights.length);
  if (kind < accidents.length) {
    const [how, act] = accidents[kind];
    return { how, bytes: act(copy, random), sealed: false };
  }
  const lie = lies[kind - accidents.length];
  let how: string;
  let damaged: Uint8Array<ArrayBuffer>;
  if (lie) {
    how = lie[0];
    const { header, data } = splitFile(copy);
    damaged = joinFile({ header: lie[1](header, random), data });
  } else {
    const [name, act] = weights[kind - accidents.length - lies.length];
    how = name;
    damaged = act(copy, random);
  }
  // Now and then unsealed: a liar who has forgotten the checksum.
  const sealed = random.integer(8) > 0;
  if (sealed) reseal(damaged);
  return { how: `a lie: ${how}`, bytes: damaged, sealed };
}
