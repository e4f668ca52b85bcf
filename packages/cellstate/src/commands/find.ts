/** `cellstate find MODEL FILE`: units that follow something a person can name. */
import { basename } from "node:path";
import {
  cutText,
  type Engine,
  type FoundUnit,
  type FoundUnits,
  findUnits,
  type LanguageModel,
  type Predicate,
  traceWindows,
} from "@cellstate/core";
import { writeTextAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { readTexts, type TextFile } from "../files/texts.ts";
import { allExamples } from "../inspection/allExamples.ts";
import { loadPredicate, loadStepPredicate } from "../inspection/loadPredicate.ts";
import { outFormat, writePicture } from "../inspection/outFile.ts";
import { fitScale, shortNumber } from "../inspection/scales.ts";
import { chosenPlaces, parseSignals } from "../inspection/selection.ts";
import { placesOf } from "../inspection/subject.ts";
import { type UnitText, unitTextKey, unitTextLines, unitTextSvg } from "../inspection/unitText.ts";
import { loadAnyModel } from "../modelFiles.ts";
import { listed, sizeOption } from "../options.ts";
import { lineOf, printRows } from "../shapes/writeRows.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, sentence, wrap } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";
import {
  type EngineArguments,
  engineOption,
  openFor,
  openForNetwork,
  threadsOption,
} from "./engineOptions.ts";

const FORMATS = ["json", "csv", "svg", "png"] as const;

interface FindArguments extends EngineArguments {
  readonly predicate: string;
  readonly top: number;
  readonly layer?: string;
  readonly signal?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate find tinyshakespeare.safetensors held-out.txt --predicate line-position
  $ cellstate find tinyshakespeare.safetensors held-out.txt --predicate quotes --out quotes.svg
  $ cellstate find tinyshakespeare.safetensors held-out.txt --predicate ./vowels.js
  $ cellstate find load.safetensors held-out.csv --predicate ./peaks.js --layer 0

FILE is a text that the model was not trained on: one half chooses the units, the other scores them. The level is what
the best of all units reaches by chance, with labels turned in a circle: a unit above it is found.
A predicate of your own is a file such as: export default (tokens) => tokens.map((token) => /[aeiou]/.test(token));
it gives a number, true, false or NaN (leave out) for each token, once it has been read. For a model of tables, series or
sequences it is told each example's steps: export default (steps, { target }) => steps.map(({ row }) => row[0] > 0);
a step has its row of numbers (or its token) as the model reads it, and its label; target is what the file says is right.
The file is run as a program: name only your own.`;

export const addFind: AddCommand = (program, terminal) => {
  program
    .command("find")
    .summary("units that follow quotes, brackets, the place in a line, or your own rule")
    .description("Ranks units by how well they follow a rule, beside what chance would reach.")
    .argument("<model>", "a model's file")
    .argument("<file>", "a text, a folder of texts or a file of data that it was not trained on")
    .requiredOption(
      "--predicate <name>",
      "quotes, brackets, line-position, or a file FILE.js of your own that is run",
    )
    .addOption(sizeOption("--top <n>", "how many units are named", 10_000).default(10))
    .option("--layer <n>", "only this layer: a number, or a name such as layers.0.reverse")
    .option("--signal <names>", "of the equations: f, or f,c (default: what is carried: c, h)")
    .addOption(engineOption())
    .addOption(threadsOption())
    .option(
      "--out <file>",
      "the ranking as .json or .csv, or the text coloured by the best unit: .svg, .png",
    )
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, file: string, options: FindArguments) =>
      run(path, file, options, terminal()),
    );
};

async function run(
  path: string,
  file: string,
  given: FindArguments,
  terminal: Terminal,
): Promise<void> {
  const { out, json, top, layer, signal } = given;
  const signals = signal === undefined ? undefined : parseSignals(signal);
  const format = out === undefined ? null : outFormat(out, FORMATS, [path, file, given.predicate]);
  const search = { path, file, predicate: given.predicate, given, layer, signals, top };
  const { found, shown } = await searchIn(search, format, terminal);
  const told = { model: path, file, predicate: given.predicate, ...foundJson(found) };
  const [best] = found.units;
  if (out !== undefined && format !== null) {
    if (format === "json") await writeTextAtomically(out, [`${JSON.stringify(told)}\n`]);
    else if (format === "csv") await writeTextAtomically(out, rankingCsv(found));
    else {
      const title = `${nameOf(best)} of ${shownPath(basename(path))}: ${shownPath(basename(given.predicate))}`;
      const notes = [
        `score ${shortNumber(best.score)}; by chance the best of ${grouped(unitsIn(found).all)} units reaches ${shortNumber(found.level)}`,
        `${shownPath(basename(file))}, the beginning of the part that scores`,
      ];
      if (shown) await writePicture(out, format, unitTextSvg(title, notes, shown));
    }
    if (!json) terminal.err.line(sentence(`${shownPath(out)}: ${verdictOf(found)}`, terminal.err));
  }
  if (json) printJson(terminal, out === undefined ? told : { ...told, out });
  else if (out === undefined) await print(found, shown, terminal);
}

interface Search {
  readonly path: string;
  readonly file: string;
  readonly predicate: string;
  readonly given: FindArguments;
  readonly layer: string | undefined;
  readonly signals: readonly string[] | undefined;
  readonly top: number;
}

/** What was found, and what of it can be shown: a text as the best unit saw it. */
interface Result {
  readonly found: FoundUnits;
  readonly shown: UnitText | null;
}

async function searchIn(
  search: Search,
  format: (typeof FORMATS)[number] | null,
  { err }: Terminal,
): Promise<Result> {
  const loaded = loadAnyModel(search.path);
  if (loaded.language) return searchTexts(search, loaded.language);
  if (format === "svg" || format === "png") {
    throw new UsageError(
      `--out ${shownPath(search.given.out ?? "")}: only a text can be coloured, and ${shownPath(search.path)} is no language model; write .json or .csv`,
    );
  }
  const { network } = loaded.network;
  const all = await allExamples(loaded.network, search.file, (note) =>
    err.line(sentence(note, err)),
  );
  const readsTokens = network.config.ports.input.kind === "tokens";
  const predicate = await loadStepPredicate(search.predicate, all.targets, readsTokens);
  const layers = chosenPlaces(placesOf({ kind: "network", model: network }), search.layer);
  const { engine, end } = await openForNetwork(network, search.given, all.steps);
  try {
    const { inputs, names } = all;
    const options = { layers, signals: search.signals, count: search.top, names };
    return { found: findUnits(network, engine, inputs, predicate, options), shown: null };
  } finally {
    end();
  }
}

async function searchTexts(search: Search, model: LanguageModel): Promise<Result> {
  const { file, given, signals, top } = search;
  const predicate = await loadPredicate(search.predicate);
  const texts = readTexts([file]);
  const tokens = texts.reduce((sum, { text }) => sum + text.length, 0);
  const layers = chosenPlaces(placesOf({ kind: "language", model }), search.layer);
  const { engine, end } = await openFor(model, given, { batchSize: 1, tokens });
  try {
    const contents = texts.map(({ text }) => text);
    const names = texts.map(({ name }) => shownPath(name));
    const options = { layers, signals, count: top, names };
    const found = findUnits(model, engine, contents, predicate, options);
    return { found, shown: bestText(model, engine, texts, predicate, found) };
  } finally {
    end();
  }
}

/** `layers.1.c, unit 83` */
function nameOf({ place, signal, unit }: FoundUnit): string {
  return `${place.replace(/^rnn\./, "layers.")}.${signal}, unit ${unit}`;
}

/** Units that were looked at, and those of which some signal stands above the level. */
function unitsIn({ all, level }: FoundUnits): { all: number; above: number } {
  const layers = new Map<number, boolean[]>();
  for (const { layer, scores } of all) {
    const above = layers.get(layer) ?? [];
    layers.set(layer, above);
    for (const [unit, score] of scores.entries()) above[unit] = above[unit] || score > level;
  }
  const units = [...layers.values()].flat();
  return { all: units.length, above: units.filter((isAbove) => isAbove).length };
}

function verdictOf(found: FoundUnits): string {
  const { level, all, units } = found;
  const { all: many, above } = unitsIn(found);
  const signals = listed([...new Set(all.map(({ signal }) => signal))]);
  const stand = `${above === 0 ? "none" : grouped(above)} of ${grouped(many)} units ${above === 1 ? "stands" : "stand"} above ${shortNumber(level)} in ${signals}`;
  const [best] = units;
  return `${stand}: what the best reaches by chance; the best of those chosen, ${nameOf(best)}, scores ${shortNumber(best.score)}`;
}

function foundJson(found: FoundUnits): Record<string, unknown> {
  const { labels, steps, considered, aboveLevel, level, units } = found;
  const { all, above } = unitsIn(found);
  const counts = { considered, aboveLevel, unitsConsidered: all, unitsAbove: above };
  return { labels, steps, ...counts, level, verdict: verdictOf(found), units };
}

function* rankingCsv({ units, level }: FoundUnits): Generator<string> {
  const columns = ["layer", "signal", "unit", "score", "sign", "chosenBy", "auc", "p", "above"];
  yield lineOf([...columns, "level"], "csv");
  for (const { layer, signal, unit, score, sign, chosenBy, auc, p, above } of units) {
    const cells = [layer, signal, unit, score, sign, chosenBy, auc ?? "", p, String(above), level];
    yield lineOf(cells, "csv");
  }
}

/** Tokens of a text that are shown. */
const SHOWN = 1500;

/** The beginning of what scores, as the best unit saw it: a single text's second half, of several the second. */
function bestText(
  model: LanguageModel,
  engine: Engine,
  texts: readonly TextFile[],
  predicate: Predicate,
  { units }: FoundUnits,
): UnitText {
  const [best] = units;
  const { text } = texts[Math.min(1, texts.length - 1)];
  const { tokens: numbers } = model.config.vocabulary.encode(text);
  const from = texts.length === 1 ? numbers.length >> 1 : 0;
  const read = Array.from(numbers.subarray(0, from + SHOWN));
  const all = Array.from(cutText(text, model.config.vocabulary.kind));
  const labels = Array.from(predicate(all)).slice(from, from + SHOWN);
  const values: number[] = [];
  const { layer, signal, unit } = best;
  const keep = { layers: [layer], signals: [signal], units: [unit] };
  let range: readonly [number, number] | null = null;
  for (const window of traceWindows(model, engine, read, { keep, top: 0 })) {
    const of = window.layers[layer][signal];
    range = of.range;
    for (let step = 0; step < window.steps; step++) {
      if (window.start + step >= from) values.push(of.at(step, unit));
    }
  }
  // Of characters of several bytes, each stands where its last byte was read.
  const decoder = model.config.vocabulary.decoder();
  const pieces = Array.from(numbers.subarray(from, from + SHOWN), (token) => decoder.push(token));
  return {
    tokens: pieces,
    values,
    labels: labels.map(Number),
    fitted: fitScale(range, values),
  };
}

/** Lines of the text that a terminal shows. */
const LINES = 12;

async function print(found: FoundUnits, text: UnitText | null, { out }: Terminal): Promise<void> {
  for (const line of wrap(verdictOf(found), Math.max(20, Math.min(out.width, 100)))) {
    out.line(out.style(line, "bold"));
  }
  out.line();
  const isBinary = found.labels === "binary";
  // Numbers say enough of layers that are one above the other.
  const names = found.all.some(({ place }) => !place.startsWith("rnn."));
  await printRows(
    {
      columns: [
        "layer",
        "signal",
        "unit",
        "score",
        ...(isBinary ? ["AUC"] : []),
        "follows",
        "p",
        "found",
      ],
      rows: found.units.map((unit) => {
        const { score, sign, p, above, auc } = unit;
        const area = isBinary ? [auc === null ? "" : auc.toFixed(3)] : [];
        const follows = sign > 0 ? "rises" : "falls";
        const cells = [
          ...[names ? unit.place : unit.layer, unit.signal, unit.unit],
          score.toFixed(3),
          ...area,
          follows,
          shortNumber(p),
          above ? "yes" : "no",
        ];
        return { cells, json: {} };
      }),
    },
    out,
  );
  if (!text) return;
  out.line();
  out.line(`the text as ${nameOf(found.units[0])} saw it:`);
  out.line();
  const width = Math.min(out.width, 100);
  for (const line of unitTextLines(text, width, out.depth, LINES)) out.line(line);
  const key = unitTextKey(text, out.depth);
  if (key !== "") out.line(`\n${key}`);
}
