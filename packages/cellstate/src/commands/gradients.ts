/** `cellstate gradients MODEL`: how far back the loss is heard. */
import { basename } from "node:path";
import { CellstateError, type GradientFlow, gradientFlow } from "@cellstate/core";
import { writeTextAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { gradientSvg, stripOf } from "../inspection/gradientPicture.ts";
import {
  type GradientSeries,
  gradientCsv,
  gradientJson,
  type Source,
  seriesName,
  seriesOf,
} from "../inspection/gradientSeries.ts";
import { printVerdicts } from "../inspection/gradientTable.ts";
import { outFormat, writePicture } from "../inspection/outFile.ts";
import { shortNumber } from "../inspection/scales.ts";
import {
  addSubjectOptions,
  type InspectionSubject,
  isAligned,
  labelsOf,
  openSubject,
  readSubject,
  type SubjectArguments,
  stepsIn,
} from "../inspection/subject.ts";
import { numberOption } from "../options.ts";
import { drawCells } from "../terminal/cells.ts";
import { logPlot } from "../terminal/logPlot.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { grouped, sentence } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";

const FORMATS = ["json", "csv", "svg", "png"] as const;

interface GradientArguments extends SubjectArguments {
  readonly at?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate gradients stories.safetensors --text "My name is Krish. I live in Pune. Where do I live? Pune"
  $ cellstate gradients tinyshakespeare.safetensors --input scene.txt --at 200 --out gradients.svg

For each state of each layer: the norm of the loss's gradient, step by step back from the loss. A straight line through the
logarithms says by what factor it changes a step. What that comes to over the steps that were measured (over ten, where they are
fewer) is the verdict: vanishing where less than a tenth is left, exploding where it is more than ten times as much, carried in
between; unknown where there is no line. The memory's length is how many steps it takes to fall to 1/e, about a third. The
path "memory" is the same through what the cell keeps and nothing else.`;

export const addGradients: AddCommand = (program, terminal) => {
  const command = program
    .command("gradients")
    .summary("how far back the loss is heard: gradients by distance, with a verdict")
    .description(
      "Measures how the gradient of a loss falls, or does not, on its way back through the steps.",
    )
    .argument("<model>", "a model's file");
  addSubjectOptions(command)
    .addOption(
      numberOption("--at <step>", "integer", "the step whose loss it is (default: the last)"),
    )
    .option("--out <file>", "where it goes: .json, .csv, or a picture: .svg, .png")
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, options: GradientArguments) => run(path, options, terminal()));
};

async function run(path: string, given: GradientArguments, terminal: Terminal): Promise<void> {
  const { at, out, json } = given;
  const { err } = terminal;
  const format = out === undefined ? null : outFormat(out, FORMATS, [path, given.input]);
  const subject = await readSubject(path, given, (note) => err.line(sentence(note, err)), true);
  const { engine, end } = await openSubject(subject, given);
  let flow: GradientFlow;
  try {
    const options = at === undefined ? {} : { at };
    flow =
      subject.kind === "language"
        ? gradientFlow(subject.model, engine, subject.input, options)
        : gradientFlow(subject.model, engine, subject.input, options);
  } catch (error) {
    if (error instanceof CellstateError && error.message.startsWith("at: ")) {
      throw new CellstateError(error.code, `--${error.message}`);
    }
    // All steps are held at once, and engines tell of what they cannot hold by this.
    if (!(error instanceof RangeError)) throw error;
    throw new CellstateError(
      "option",
      `gradients: ${grouped(stepsIn(subject))} steps are held at once, more than there is memory for; give a shorter text`,
    );
  } finally {
    end();
  }
  const source = { labels: labelsOf(subject), at: flow.at, isAligned: isAligned(subject) };
  const series = seriesOf(flow, source);
  const told = { model: path, ...gradientJson(flow, series, source) };
  if (out !== undefined && format !== null) {
    if (format === "json") await writeTextAtomically(out, [`${JSON.stringify(told)}\n`]);
    else if (format === "csv") await writeTextAtomically(out, gradientCsv(series, source));
    else {
      const svg = gradientSvg(
        shownPath(basename(path)),
        lossLine(flow, subject, source),
        series,
        source,
      );
      await writePicture(out, format, svg);
    }
    if (!json) err.line(sentence(`${shownPath(out)}: ${lossLine(flow, subject, source)}`, err));
  }
  if (json) printJson(terminal, out === undefined ? told : { ...told, out });
  else if (out === undefined) {
    terminal.out.line(sentence(lossLine(flow, subject, source), terminal.out));
    await print(series, source, terminal.out);
  }
}

/** `loss 2.31 at step 27, after "likes"` */
function lossLine(
  { loss, at }: GradientFlow,
  { kind }: InspectionSubject,
  { labels, isAligned }: Source,
) {
  if (kind === "network" && !isAligned && at.length === 1 && at[0] === 0) {
    return `loss ${shortNumber(loss)}`;
  }
  if (at.length !== 1) return `loss ${shortNumber(loss)}, of ${at.length} steps`;
  const label = labels[at[0]];
  const after =
    kind === "language" && label !== undefined ? `, after ${JSON.stringify(label)}` : "";
  return `loss ${shortNumber(loss)} at step ${at[0]}${after}`;
}

/** A sign that tells a state's line from others': its name's first letter, in capitals for the memory path alone. */
function signOf({ state, isPath }: GradientSeries): string {
  const letter = Array.from(state)[0] ?? "·";
  return isPath ? letter.toUpperCase() : letter;
}

async function print(series: readonly GradientSeries[], source: Source, out: Output) {
  out.line();
  await printVerdicts(series, out);
  for (const layer of new Set(series.map((each) => each.layer))) {
    const of = series.filter((each) => each.layer === layer);
    // Of a single step, or of what no later one reads, there is nothing to plot.
    if (of.every(({ isRead, norms }) => !isRead || norms.length < 2)) continue;
    out.line();
    out.line(out.style(layer, "bold"));
    const lines = of.map((each) => ({
      sign: signOf(each),
      name: seriesName(each),
      values: each.norms,
    }));
    for (const line of logPlot(lines, "steps back from the loss", out.width)) out.line(line);
  }
  const strip = stripOf(series, source);
  if (strip === null || strip.labels.length > out.width * 2) return;
  const [{ caption, units, rowNames, at }] = strip.panels;
  out.line();
  const signal = {
    ...{ name: "∂L", caption, range: null, decades: true, rowNames, at },
    ...{ steps: strip.labels.length, units: units.length },
  };
  out.line(
    drawCells(
      { tokens: strip.labels, signals: [signal], units },
      { width: Math.min(out.width, 160), depth: out.depth },
    ),
  );
}
