/** Options whose values are numbers or names, each read strictly: what is wrong is said in one line that names the option. */
import { Option } from "commander";
import { UsageError } from "./usageError.ts";

/** What a number must be. */
interface NumberKind {
  /** `a positive integer` */
  readonly wanted: string;
  accepts(value: number): boolean;
}

const KINDS = {
  positiveInteger: {
    wanted: "a positive integer",
    accepts: (value) => Number.isSafeInteger(value) && value > 0,
  },
  integer: {
    wanted: "a whole number of 0 or more",
    accepts: (value) => Number.isSafeInteger(value) && value >= 0,
  },
  positive: { wanted: "a number above 0", accepts: (value) => value > 0 },
  notNegative: { wanted: "a number of 0 or more", accepts: (value) => value >= 0 },
  share: { wanted: "a number from 0 to below 1", accepts: (value) => value >= 0 && value < 1 },
  probability: {
    wanted: "a number above 0 and up to 1",
    accepts: (value) => value > 0 && value <= 1,
  },
} as const satisfies Record<string, NumberKind>;

export type NumberKindName = keyof typeof KINDS;

/** Sizes beyond this are slips of the keyboard; the memory they would ask for is not there. */
const LARGEST_SIZE = 1_000_000;

/**
 * @param flags As commander writes them: `--hidden-size <n>`.
 * @example numberOption("--seed <n>", "integer", "of everything random").default(1)
 */
export function numberOption(flags: string, kind: NumberKindName, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => parseNumber(option.long ?? flags, text, kind));
}

/**
 * An option for a size: a positive integer.
 *
 * @param most What a model's file can hold, where the size is the model's.
 */
export function sizeOption(flags: string, description: string, most = LARGEST_SIZE): Option {
  const option = new Option(flags, description);
  const name = option.long ?? flags;
  return option.argParser((text: string) => {
    const value = parseNumber(name, text, "positiveInteger");
    if (value > most) throw new UsageError(`${name} ${text}: expected ${most} at most`);
    return value;
  });
}

/** @throws UsageError `--hidden-size abc: expected a positive integer` */
export function parseNumber(option: string, text: string, kind: NumberKindName): number {
  const { wanted, accepts }: NumberKind = KINDS[kind];
  // Number() alone would take "" and "0x10" and " 5".
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(Number.isFinite(value) && accepts(value))) {
    throw new UsageError(`${option} ${text === "" ? '""' : text}: expected ${wanted}`);
  }
  return value;
}

/** One of some names. */
export function choiceOption<Name extends string>(
  flags: string,
  names: readonly Name[],
  description: string,
): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string): Name => {
    const found = names.find((name) => name === text);
    if (found === undefined) {
      throw new UsageError(`${option.long} ${text}: expected ${listed(names)}`);
    }
    return found;
  });
}

/** `sgd, adam or adagrad` */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;
}
