/** Which examples are learnt from, which the best weights are chosen by, and which are kept for the end: without leaks from one to the other. */
import {
  splitAtRandom,
  splitByKey,
  splitByLabel,
  splitByTime,
  type Values,
  valuesAt,
} from "@cellstate/core";

export interface Shares {
  /** Of all examples, 0 to below 1; below 1 together. */
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/** Numbers of examples, ascending; each stands in one part. */
export interface Parts {
  readonly training: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

interface Halves {
  readonly training: Int32Array;
  readonly held: Int32Array;
}

/** Splits examples (numbers of some of all) by a share. */
type Split = (examples: Int32Array, share: number) => Halves;

function inParts(count: number, { validation, test }: Shares, split: Split): Parts {
  const all = Int32Array.from({ length: count }, (_, index) => index);
  const { training: rest, held: tested } = split(all, test);
  const { training, held } = split(rest, Math.min(0.99, validation / (1 - test)));
  return { training, validation: held, test: tested };
}

/** The examples that halves of positions mean. */
function chosen(examples: Int32Array, { training, held }: Halves): Halves {
  const pick = (positions: Int32Array): Int32Array => positions.map((at) => examples[at]);
  return { training: pick(training), held: pick(held) };
}

export function partsAtRandom(count: number, shares: Shares): Parts {
  return inParts(count, shares, (examples, share) =>
    chosen(examples, splitAtRandom(examples.length, share, shares.seed)),
  );
}

/** All examples of a key (a text, the source of a pair) stand in one part. */
export function partsByKey(keys: Values<string>, shares: Shares): Parts {
  return inParts(keys.length, shares, (examples, share) =>
    chosen(examples, splitByKey(valuesAt(keys, examples), share, shares.seed)),
  );
}

/** The last of time are kept for the end, those before them to choose by. */
export function partsByTime(times: Values<number>, shares: Shares): Parts {
  return inParts(times.length, shares, (examples, share) =>
    chosen(examples, splitByTime(valuesAt(times, examples), share)),
  );
}

/** Each label stands in every part in its share, as far as it has examples; it is learnt from first of all. */
export function partsByLabel(labels: Values<string>, shares: Shares): Parts {
  return inParts(labels.length, shares, (examples, share) =>
    chosen(examples, splitByLabel(valuesAt(labels, examples), share, shares.seed)),
  );
}

/** As `partsByLabel`, and all examples of a key stand in one part. */
export function partsByLabelAndKey(
  labels: Values<string>,
  keys: Values<string>,
  shares: Shares,
): Parts {
  return inParts(labels.length, shares, (examples, share) => {
    const first = new Map<string, string>();
    for (const example of examples) {
      const key = keys.at(example) ?? "";
      if (!first.has(key)) first.set(key, labels.at(example) ?? "");
    }
    const names = [...first.keys()];
    const { held } = splitByLabel([...first.values()], share, shares.seed);
    const heldKeys = new Set(Array.from(held, (at) => names[at]));
    return knownOnly(
      labels,
      examples,
      (example) => heldKeys.has(keys.at(example) ?? ""),
      (example) => keys.at(example) ?? "",
    );
  });
}

/** Parts whose held out labels are all learnt from, too: what is of another label goes over to them. */
export function partsByTimeAndLabel(
  times: Values<number>,
  labels: Values<string>,
  shares: Shares,
): Parts {
  return inParts(times.length, shares, (examples, share) => {
    const { held } = chosen(examples, splitByTime(valuesAt(times, examples), share));
    const isHeld = new Set(held);
    return knownOnly(labels, examples, (example) => isHeld.has(example), String);
  });
}

function knownOnly(
  labels: Values<string>,
  examples: Int32Array,
  isHeld: (example: number) => boolean,
  keyOf: (example: number) => string,
): Halves {
  const learnt = new Set<string>();
  for (const example of examples) if (!isHeld(example)) learnt.add(labels.at(example) ?? "");
  const back = new Set<string>();
  for (const example of examples) {
    if (isHeld(example) && !learnt.has(labels.at(example) ?? "")) back.add(keyOf(example));
  }
  const staysHeld = (example: number): boolean => isHeld(example) && !back.has(keyOf(example));
  return {
    training: examples.filter((example) => !staysHeld(example)),
    held: examples.filter(staysHeld),
  };
}
