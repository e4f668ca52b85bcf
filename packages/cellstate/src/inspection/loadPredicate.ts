/**
 * What units are to follow: a ready-made predicate by its name, or a function of the user's own, from a file on their own disk that they
 * name themselves. Such a file is a program and runs as one; nothing else is ever loaded so.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CellstateError,
  PREDICATES,
  type Predicate,
  type PredicateStep,
  type StepPredicate,
} from "@cellstate/core";
import { accessError, shownPath } from "../files/fileError.ts";
import { listed } from "../options.ts";
import { UsageError } from "../usageError.ts";
import type { Target } from "./allExamples.ts";

const PROGRAM = /\.(?:[cm]?js|[cm]?ts)$/;

/**
 * @throws UsageError for a name that is none; CellstateError `file-access` for a file that is not there, `data` for one that does not run or
 *   has no default function. The function throws `data` with the file's name for whatever goes wrong in it.
 */
export async function loadPredicate(named: string): Promise<Predicate> {
  const known = Object.hasOwn(PREDICATES, named) ? PREDICATES[named] : undefined;
  if (known) return known;
  const label = await loadFunction(named, "tokens");
  return (tokens) =>
    label([[...tokens]], tokens.length, (at) => `token ${at}, ${JSON.stringify(tokens[at])}`);
}

/**
 * The same for a network: its function is told an example's steps, and beside them what the file says is right, `{ target, example }`. The ready-made
 * ones read what steps are called, where these are tokens.
 *
 * @param targets One an example.
 * @throws As `loadPredicate`; UsageError for a ready-made one where no text is read.
 */
export async function loadStepPredicate(
  named: string,
  targets: readonly Target[],
  readsTokens: boolean,
): Promise<StepPredicate> {
  const known = Object.hasOwn(PREDICATES, named) ? PREDICATES[named] : undefined;
  if (known && readsTokens) return (steps) => known(steps.map(wordOf));
  if (known) {
    throw new UsageError(
      `--predicate ${named}: is for texts, and this model reads numbers; name a file of your own: (steps) => steps.map(({ row }) => row[0] > 0)`,
    );
  }
  const label = await loadFunction(named, "steps");
  return (steps, example) =>
    label(
      [steps, { target: targets[example], example }],
      steps.length,
      (at) => `step ${at} of example ${example + 1}`,
    );
}

/** The signs of beginning and end are no part of the text. */
function wordOf({ label }: PredicateStep): string {
  return label === "<start>" || label === "<end>" ? "" : label;
}

/** Calls the user's function and checks its labels. */
type Labeller = (
  told: readonly unknown[],
  count: number,
  nameOf: (at: number) => string,
) => Float64Array;

async function loadFunction(named: string, told: "tokens" | "steps"): Promise<Labeller> {
  if (!PROGRAM.test(named)) {
    const names = listed([...Object.keys(PREDICATES), "a file that ends in .js"]);
    throw new UsageError(`--predicate ${named}: expected ${names}`);
  }
  if (!existsSync(named)) throw accessError(named, "cannot read: no such file; check the name");
  const file = shownPath(named);
  const unit = told.slice(0, -1);
  let loaded: unknown;
  try {
    loaded = await settled(import(pathToFileURL(resolve(named)).href));
  } catch (error) {
    throw new CellstateError("data", `${file}: does not run: ${said(error)}`);
  }
  const label: unknown = Reflect.get(Object(loaded), "default");
  if (typeof label !== "function") {
    throw new CellstateError(
      "data",
      `${file}: its default export is ${label === undefined ? "missing" : typeof label}; export default a function (${told}) => labels, one number or truth a ${unit}`,
    );
  }
  return (given, count, nameOf) => {
    let labels: unknown;
    try {
      labels = Reflect.apply(label, undefined, given);
    } catch (error) {
      throw new CellstateError("data", `${file}: its function failed: ${said(error)}`);
    }
    return checkedLabels(labels, { count, unit, file, nameOf });
  };
}

/** A file that awaits what never comes would end the process without a word: it says so when nothing is left that could wake it. */
function settled(loading: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stuck = (): void => reject(new Error("it awaits something that never comes"));
    process.once("beforeExit", stuck);
    loading.then(resolve, reject).finally(() => process.off("beforeExit", stuck));
  });
}

function checkedLabels(
  labels: unknown,
  {
    count,
    unit,
    file,
    nameOf,
  }: { count: number; unit: string; file: string; nameOf: (at: number) => string },
): Float64Array {
  const wanted = `wanted ${count}, a number, true, false or NaN for each ${unit}`;
  const length: unknown = Reflect.get(Object(labels), "length");
  if (typeof labels !== "object" || labels === null || typeof length !== "number") {
    const came = labels instanceof Promise ? "a promise" : shownValue(labels);
    throw new CellstateError("data", `${file}: its function gave ${came}; ${wanted}`);
  }
  if (length !== count) {
    throw new CellstateError("data", `${file}: its function gave ${length} labels; ${wanted}`);
  }
  return Float64Array.from({ length: count }, (_, at) => {
    const label: unknown = Reflect.get(labels, at);
    if (typeof label === "boolean") return label ? 1 : 0;
    if (typeof label === "number" && Math.abs(label) !== Number.POSITIVE_INFINITY) return label;
    throw new CellstateError(
      "data",
      `${file}: its function gave ${shownValue(label)} for ${nameOf(at)}; wanted a number, true, false or NaN`,
    );
  });
}

function shownValue(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function said(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split(
    "\n",
  )[0];
}
