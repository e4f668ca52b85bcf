/** `cellstate predict MODEL INPUT`: what a network answers to data such as it was trained on. */
import { once } from "node:events";
import type { TaskModel } from "@cellstate/core";
import { assertWritable, writeFileAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { isOneOf } from "../files/sameFile.ts";
import { forecastSvg, pngOf } from "../forecast/picture.ts";
import { makeForecast } from "../forecast/predictForecast.ts";
import { terminalPlot } from "../forecast/terminalPlot.ts";
import { loadNetwork } from "../modelFiles.ts";
import { predictionRows } from "../shapes/predict.ts";
import { readInputs } from "../shapes/readInputs.ts";
import { type CodedData, dataRecordOf, stepsOf, type TaskData } from "../shapes/taskData.ts";
import { READS_TEXT, textData } from "../shapes/textData.ts";
import { unreadNotes } from "../shapes/unread.ts";
import { printRows, rowFormatOf, writeRowFile } from "../shapes/writeRows.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, sentence } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";
import {
  type EngineArguments,
  engineOption,
  openForNetwork,
  threadsOption,
} from "./engineOptions.ts";

interface PredictArguments extends EngineArguments {
  readonly text?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate predict reviews.safetensors --text "not bad at all"
  $ cellstate predict reviews.safetensors new-reviews.csv --out answers.csv
  $ cellstate predict beijing-pm25.safetensors this-week.csv
  $ cellstate predict beijing-pm25.safetensors this-week.csv --out forecast.svg

INPUT is a file of the kind that the model was trained on, with or without what is to be predicted.`;

export const addPredict: AddCommand = (program, terminal) => {
  program
    .command("predict")
    .summary("what a network answers: labels, numbers, forecasts, texts, tags")
    .description("Predicts from data such as the model was trained on.")
    .argument("<model>", "a model's file")
    .argument("[input]", "a file of data")
    .option("--text <text>", "one text in place of a file")
    .option(
      "--out <file>",
      "where the predictions go: .csv, .tsv or .jsonl; of forecasts also .svg or .png",
    )
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, input: string | undefined, options: PredictArguments) =>
      run(path, input, options, terminal()),
    );
};

async function run(
  path: string,
  input: string | undefined,
  given: PredictArguments,
  terminal: Terminal,
): Promise<void> {
  const model = loadNetwork(path, "predict");
  const { out } = given;
  if (out !== undefined) assertOut(out, model, [path, ...(input === undefined ? [] : [input])]);
  const data = await dataOf(model, path, input, given.text, (note) =>
    terminal.err.line(sentence(note, terminal.err)),
  );
  const { engine, end } = await openForNetwork(
    model.network,
    given,
    data.kind === "forecasting" ? data.task.config.history : stepsOf(data),
  );
  try {
    if (data.kind === "forecasting") {
      const made = makeForecast(data, model.network, engine);
      for (const note of made.notes) terminal.err.line(sentence(note, terminal.err));
      await tellForecast(made, path, given, terminal);
      return;
    }
    for (const note of unreadNotes(data)) terminal.err.line(sentence(note, terminal.err));
    const table = predictionRows(data, model.network, engine);
    const format = out === undefined ? null : rowFormatOf(out);
    if (out !== undefined && format !== null) {
      const count = await writeRowFile(out, format, table);
      const told = { model: path, task: data.kind, out, predictions: count };
      if (given.json) printJson(terminal, told);
      else terminal.err.line(`${shownPath(out)}: ${grouped(count)} predictions`);
    } else if (given.json) {
      await printAll(path, data, table, terminal);
    } else {
      await printRows(table, terminal.out);
    }
  } finally {
    end();
  }
}

/** @throws UsageError for both or neither of a file and a text, and a text for what reads none. */
async function dataOf(
  { task, network }: TaskModel,
  path: string,
  input: string | undefined,
  text: string | undefined,
  say: (note: string) => void,
): Promise<TaskData> {
  if (text === undefined) {
    if (input !== undefined) return readInputs(task, input, dataRecordOf(network.training), say);
    const texts = READS_TEXT.has(task.kind) ? ', or --text "…"' : "";
    throw new UsageError(`predict ${shownPath(path)}: name a file to predict from${texts}`);
  }
  if (input !== undefined) {
    throw new UsageError(`--text: there is a file too, ${shownPath(input)}; give one of the two`);
  }
  return textData(task, text, shownPath(path));
}

/** @throws UsageError where predictions would be written over what they are made from, or as what nobody knows; CellstateError where they cannot be. */
function assertOut(out: string, { task }: TaskModel, read: readonly string[]): void {
  const isForecast = task.kind === "forecasting";
  const known = rowFormatOf(out) !== null || (isForecast && /\.(?:svg|png)$/i.test(out));
  if (!known) {
    const pictures = isForecast ? ", .svg or .png" : "";
    const rows = isForecast ? ".csv, .tsv, .jsonl" : ".csv, .tsv or .jsonl";
    throw new UsageError(`--out ${out}: expected a file's name that ends in ${rows}${pictures}`);
  }
  if (isOneOf(out, read)) {
    throw new UsageError(`--out ${out}: that is what is read; choose another name`);
  }
  assertWritable(out);
}

/** One object, written as its predictions come. */
async function printAll(
  path: string,
  { kind }: CodedData,
  { rows }: ReturnType<typeof predictionRows>,
  { out }: Terminal,
): Promise<void> {
  let before = `{"model":${JSON.stringify(path)},"task":"${kind}","predictions":[`;
  for (const { json } of rows) {
    if (!out.write(`${before}${JSON.stringify(json)}`)) await once(out.stream, "drain");
    before = ",";
  }
  out.line(`${before === "," ? "" : before}]}`);
}

async function tellForecast(
  { plotted, rows, json }: ReturnType<typeof makeForecast>,
  path: string,
  given: PredictArguments,
  terminal: Terminal,
): Promise<void> {
  const { out } = given;
  const { out: screen, err } = terminal;
  if (out !== undefined) {
    const format = rowFormatOf(out);
    if (format !== null) await writeRowFile(out, format, rows);
    else {
      const svg = await forecastSvg(plotted);
      const isPng = /\.png$/i.test(out);
      writeFileAtomically(out, isPng ? await pngOf(svg) : new TextEncoder().encode(svg));
    }
    if (!given.json) err.line(`${shownPath(out)}: ${plotted.title}`);
  }
  if (given.json) {
    const where = out === undefined ? {} : { out };
    printJson(terminal, { model: path, task: "forecasting", ...json, ...where });
    return;
  }
  if (out !== undefined) return;
  for (const line of terminalPlot(plotted, screen.width)) screen.line(line);
  screen.line();
  await printRows(rows, screen);
}
