/** `cellstate trace MODEL`: what every gate and memory did, step by step. */
import { once } from "node:events";
import { basename } from "node:path";
import type { Trace, TracedPredictions } from "@cellstate/core";
import { writeFileAtomically, writeTextAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { heatmapSvg } from "../inspection/heatmap.ts";
import { outFormat, writePicture } from "../inspection/outFile.ts";
import {
  chosenPlaces,
  parseSignals,
  parseUnits,
  type TracedPlace,
  tracedPlaces,
} from "../inspection/selection.ts";
import { shownBytes, shownToken } from "../inspection/shownToken.ts";
import {
  addSubjectOptions,
  type InspectionSubject,
  openSubject,
  placesOf,
  readSubject,
  type SubjectArguments,
  stepsIn,
  traceOf,
} from "../inspection/subject.ts";
import { drawTrace } from "../inspection/terminalTrace.ts";
import { checkSize, traceCsv, traceJson, traceSafetensors } from "../inspection/traceFiles.ts";
import { ROW_ORDERS, type RowOrder, traceHeatmap } from "../inspection/tracePicture.ts";
import { choiceOption } from "../options.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { grouped, sentence, truncate } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";

const FORMATS = ["safetensors", "json", "csv", "svg", "png"] as const;

interface TraceArguments extends SubjectArguments {
  readonly layer?: string;
  readonly signal?: string;
  readonly units?: string;
  readonly order: RowOrder;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate trace stories.safetensors --text "My name is Krish. I live in Pune."
  $ cellstate trace stories.safetensors --text "My name is Krish." --signal f,c --units 1,5-9
  $ cellstate trace stories.safetensors --text "My name is Krish." --out trace.svg
  $ cellstate trace tinyshakespeare.safetensors --input scene.txt --layer 1 --out trace.safetensors
  $ cellstate trace vowels.safetensors --input test.csv --example 3 --signal c --out vowel.png

A file of tensors has layers.0.f and so on, [steps, units]; of a layer that reads backward layers.0.reverse.f, of a
decoder decoder.layers.0.f. CSV has a row a number: step,token,layer,signal,unit,value.
The terminal shows the units whose memory varies most; --units names others. A picture shows all units.`;

export const addTrace: AddCommand = (program, terminal) => {
  const command = program
    .command("trace")
    .summary("what every gate and memory did, step by step: drawn, or as a file")
    .description("Shows what every named signal of a model's cells did while it read something.")
    .argument("<model>", "a model's file");
  addSubjectOptions(command)
    .option("--layer <n>", "only this layer: a number, or a name such as decoder.layers.0")
    .option("--signal <names>", "only these signals of the equations: f, or f,c")
    .option("--units <list>", "only these units: 1,5-9")
    .addOption(
      choiceOption(
        "--order <by>",
        ROW_ORDERS,
        "of the units: likeness (those that move alike together), saturation, mean, number",
      ).default("likeness"),
    )
    .option("--out <file>", "where it goes: .safetensors, .json, .csv, or a picture: .svg, .png")
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, options: TraceArguments) => run(path, options, terminal()));
};

async function run(path: string, given: TraceArguments, terminal: Terminal): Promise<void> {
  const { layer, signal, units, order, out, json } = given;
  const keptUnits = units === undefined ? undefined : parseUnits(units);
  const signals = signal === undefined ? undefined : parseSignals(signal);
  const format = out === undefined ? null : outFormat(out, FORMATS, [path, given.input]);
  const { err } = terminal;
  const subject = await readSubject(path, given, (note) => err.line(sentence(note, err)));
  const places = placesOf(subject);
  const layers = chosenPlaces(places, layer);
  // Files of numbers and pictures hold no likely tokens: of a long text those would be most of what is kept.
  const top = format === null || format === "json" ? TOP : 0;
  checkSize(
    numbersOf(subject, { layers, signals, units: keptUnits }) + beside(subject, top),
    format,
  );
  const { engine, end } = await openSubject(subject, given);
  let trace: Trace;
  try {
    trace = traceOf(subject, engine, { keep: { layers, signals, units: keptUnits }, top });
  } finally {
    end();
  }
  const traced = tracedPlaces(trace);
  const written = { model: path, trace, places: traced };
  const kind = subject.kind === "language" ? subject.model.config.vocabulary.kind : "words";
  const drawn = (): TracedPlace[] =>
    traced.map((each) => ({ ...each, labels: shownBytes(each.labels, kind) }));
  if (out !== undefined && format !== null) {
    if (format === "safetensors") writeFileAtomically(out, traceSafetensors(written));
    else if (format === "json") await writeTextAtomically(out, traceJson(written));
    else if (format === "csv") await writeTextAtomically(out, traceCsv(written));
    else {
      const svg = heatmapSvg(traceHeatmap(drawn(), { model: shownPath(basename(path)), order }));
      await writePicture(out, format, svg);
    }
    if (json) printJson(terminal, { model: path, out, ...summary(trace, traced) });
    else err.line(sentence(`${shownPath(out)}: ${said(trace, traced)}`, err));
    return;
  }
  if (json) {
    for (const piece of traceJson(written)) {
      if (!terminal.out.write(piece)) await once(terminal.out.stream, "drain");
    }
    return;
  }
  print(drawn(), trace, order, terminal.out);
}

interface KeptIndices {
  readonly layers?: readonly number[];
  readonly signals?: readonly string[];
  readonly units?: readonly number[];
}

/** Numbers of the trace, at most: known before it is made. */
function numbersOf(subject: InspectionSubject, { layers, signals, units }: KeptIndices): number {
  const perStep = placesOf(subject)
    .filter((_, index) => layers?.includes(index) ?? true)
    .reduce((sum, place) => {
      const names = place.signals.filter((name) => signals?.includes(name) ?? true);
      return sum + names.length * Math.min(place.units, units?.length ?? place.units);
    }, 0);
  return perStep * stepsIn(subject);
}

/** Likely next tokens that are shown. */
const TOP = 5;

/** What is kept beside the signals for each step, in numbers of 4 bytes: token and label, of a language model also loss, surprisal and likely tokens. */
function beside(subject: InspectionSubject, top: number): number {
  return stepsIn(subject) * (subject.kind === "language" ? 7 + 3 * top : 3);
}

function summary({ labels }: Trace, places: readonly TracedPlace[]) {
  return {
    steps: labels.length,
    tensors: places.flatMap(({ prefix, signals }) =>
      signals.map(({ name, steps, units }) => ({
        name: `${prefix}.${name}`,
        shape: [steps, units],
      })),
    ),
  };
}

function said({ labels }: Trace, places: readonly TracedPlace[]): string {
  const count = places.reduce((sum, { signals }) => sum + signals.length, 0);
  const names = [...new Set(places.flatMap(({ signals }) => signals.map(({ name }) => name)))];
  const of = places.length === 1 ? places[0].title : `${places.length} layers`;
  const steps = labels.length === 1 ? "one step" : `${grouped(labels.length)} steps`;
  return count === 1 ? `${names[0]} of ${of}, ${steps}` : `${names.join(", ")} of ${of}, ${steps}`;
}

function print(places: readonly TracedPlace[], trace: Trace, order: RowOrder, out: Output): void {
  for (const [index, place] of places.entries()) {
    if (index > 0) out.line();
    for (const line of drawTrace(place, { order, width: out.width, depth: out.depth })) {
      out.line(line);
    }
  }
  const { predictions } = trace;
  if (predictions === null) return;
  out.line();
  out.line(nextLine(predictions, trace.labels.length - 1, out));
}

/** `next: likes 41 %, lives 22 %, …` */
function nextLine(predictions: TracedPredictions, step: number, out: Output): string {
  const likely = predictions
    .top(step)
    .map(({ token, probability }) => `${shownToken(token)} ${Math.round(100 * probability)} %`);
  return truncate(`next: ${likely.join(", ")}`, out.width);
}
