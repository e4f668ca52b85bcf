/**
 * What units are to follow: a ready-made predicate by its name, or a function of the user's own, from a file on their own disk that they
 * name themselves. Such a file is a program and runs as one; nothing else is ever loaded so.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CellstateError, PREDICATES, type Predicate } from "@cellstate/core";
import { accessError, shownPath } from "../files/fileError.ts";
import { listed } from "../options.ts";
import { UsageError } from "../usageError.ts";

const PROGRAM = /\.(?:[cm]?js|[cm]?ts)$/;

/**
 * @throws UsageError for a name that is none; CellstateError `file-access` for a file that is not there, `data` for one that does not run or
 *   has no default function. The function throws `data` with the file's name for whatever goes wrong in it.
 */
export async function loadPredicate(named: string): Promise<Predicate> {
  const known = Object.hasOwn(PREDICATES, named) ? PREDICATES[named] : undefined;
  if (known) return known;
  if (!PROGRAM.test(named)) {
    const names = listed([...Object.keys(PREDICATES), "a file that ends in .js"]);
    throw new UsageError(`--predicate ${named}: expected ${names}`);
  }
  if (!existsSync(named)) throw accessError(named, "cannot read: no such file; check the name");
  const file = shownPath(named);
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
      `${file}: its default export is ${label === undefined ? "missing" : typeof label}; export default a function (tokens) => labels, one number or truth a token`,
    );
  }
  return (tokens) => {
    let labels: unknown;
    try {
      labels = Reflect.apply(label, undefined, [[...tokens]]);
    } catch (error) {
      throw new CellstateError("data", `${file}: its function failed: ${said(error)}`);
    }
    return checkedLabels(labels, tokens, file);
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

function checkedLabels(labels: unknown, tokens: readonly string[], file: string): Float64Array {
  const wanted = `wanted ${tokens.length}, a number, true, false or NaN for each token`;
  const length: unknown = Reflect.get(Object(labels), "length");
  if (typeof labels !== "object" || labels === null || typeof length !== "number") {
    const came = labels instanceof Promise ? "a promise" : shownValue(labels);
    throw new CellstateError("data", `${file}: its function gave ${came}; ${wanted}`);
  }
  if (length !== tokens.length) {
    throw new CellstateError("data", `${file}: its function gave ${length} labels; ${wanted}`);
  }
  return Float64Array.from(tokens, (token, at) => {
    const label: unknown = Reflect.get(labels, at);
    if (typeof label === "boolean") return label ? 1 : 0;
    if (typeof label === "number" && Math.abs(label) !== Number.POSITIVE_INFINITY) return label;
    throw new CellstateError(
      "data",
      `${file}: its function gave ${shownValue(label)} for token ${at}, ${JSON.stringify(token)}; wanted a number, true, false or NaN`,
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
