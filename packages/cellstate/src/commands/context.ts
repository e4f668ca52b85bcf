/** `cellstate context MODEL`: what a change of context does to the memory. */
import { basename } from "node:path";
import {
  CellstateError,
  type ContextChange,
  contextChange,
  type Engine,
  type Forgetting,
  type LanguageModel,
  type SignalTrace,
  trace,
} from "@cellstate/core";
import type { Command } from "commander";
import { writeTextAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { type ContextTraces, contextSvg, tellingOf } from "../inspection/contextPicture.ts";
import { outFormat, writePicture } from "../inspection/outFile.ts";
import { shortNumber } from "../inspection/scales.ts";
import { prefixOf } from "../inspection/selection.ts";
import { shownBytes, shownToken } from "../inspection/shownToken.ts";
import { loadAnyModel } from "../modelFiles.ts";
import { printRows } from "../shapes/writeRows.ts";
import { drawCells, type PicturedSignal } from "../terminal/cells.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { sentence, wrap } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";
import { type EngineArguments, engineOption, openFor, threadsOption } from "./engineOptions.ts";

const FORMATS = ["json", "svg", "png"] as const;

interface ContextArguments extends EngineArguments {
  readonly shared: string;
  readonly first: string;
  readonly second: string;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate context stories.safetensors --shared "My name is Krish. I live in Pune." \\
      --first " I like tea." --second " My brother's name is Wish. He likes chess."

Both continuations follow the same beginning. What the states still owe to it is found by reading the second continuation
by itself too: where that makes no difference, nothing is left of it. It is forgotten after the second where that leaves less
than half of what the first leaves.`;

export const addContext: AddCommand = (program, terminal) => {
  const command: Command = program
    .command("context")
    .summary("what is kept and what is dropped where two continuations part")
    .description(
      "Measures what two continuations of one beginning do to gates, memory and predictions.",
    )
    .argument("<model>", "a language model's file")
    .requiredOption("--shared <text>", "the beginning that both have read")
    .requiredOption("--first <text>", "goes on as before")
    .requiredOption("--second <text>", "changes the subject")
    .addOption(engineOption())
    .addOption(threadsOption())
    .option("--out <file>", "where it goes: .json, or a picture: .svg, .png")
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES);
  command.action((path: string, options: ContextArguments) => run(path, options, terminal()));
};

async function run(path: string, given: ContextArguments, terminal: Terminal): Promise<void> {
  const { out, json } = given;
  const format = out === undefined ? null : outFormat(out, FORMATS, [path]);
  const model = languageModel(path, "context");
  const tokens = given.shared.length + given.first.length + given.second.length;
  const { engine, end } = await openFor(model, given, { batchSize: 4, tokens });
  let change: ContextChange;
  let traces: ContextTraces;
  try {
    change = contextChange(model, engine, given);
    traces = bothTraces(model, engine, change);
  } finally {
    end();
  }
  const told = { model: path, ...contextJson(change) };
  if (out !== undefined && format !== null) {
    if (format === "json") await writeTextAtomically(out, [`${JSON.stringify(told)}\n`]);
    else {
      const svg = contextSvg(shownPath(basename(path)), verdictOf(change), change, traces);
      await writePicture(out, format, svg);
    }
    if (!json) terminal.err.line(sentence(`${shownPath(out)}: ${verdictOf(change)}`, terminal.err));
  }
  if (json) printJson(terminal, out === undefined ? told : { ...told, out });
  else if (out === undefined) await print(change, traces, terminal.out);
}

/** @throws CellstateError `option` for a network of another shape. */
export function languageModel(path: string, command: string): LanguageModel {
  const { language } = loadAnyModel(path);
  if (language !== null) return language;
  throw new CellstateError(
    "option",
    `${shownPath(path)} is no language model: ${command} is for models of text; cellstate trace shows what this one does, and contextChange of the library compares its inputs`,
  );
}

function bothTraces(
  model: LanguageModel,
  engine: Engine,
  { tokens }: ContextChange,
): ContextTraces {
  // By tokens as the change has them: joined texts could be cut otherwise where they meet.
  const of = (which: (typeof WHICH)[number]) => {
    const read = [...tokens.shared, ...tokens[which]];
    const numbers = read.map((token) => model.config.vocabulary.numberOf(token) ?? 0);
    const traced = trace(model, engine, numbers, { top: 3 });
    return { ...traced, labels: shownBytes(traced.labels, model.config.vocabulary.kind) };
  };
  return { first: of("first"), second: of("second") };
}

const WHICH = ["first", "second"] as const;

/** In one sentence, and plainly where nothing is forgotten. */
function verdictOf({ forgetting, steps }: ContextChange): string {
  const [first, second] = forgetting.owed;
  const on = steps === 1 ? "one step" : `${steps} steps`;
  return `${judged(forgetting)}: ${on} after the texts part, ${percent(first)} of what the beginning left in the states is still there after the first continuation, ${percent(second)} after the second`;
}

function judged({ after }: Forgetting): string {
  return {
    neither: "not forgotten",
    second: "forgotten after the second continuation",
    first: "not forgotten after the second continuation, but after the first",
    both: "forgotten after both alike, which is time and no change of context",
  }[after];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function contextJson(change: ContextChange): Record<string, unknown> {
  const { tokens, steps, forgotten, forgetting, reason, layers, divergence, heard } = change;
  return {
    ...{ tokens, steps, forgotten, reason, verdict: verdictOf(change) },
    forgetting: forgettingJson(forgetting),
    layers: layers.map(({ place, states, forgetting: of }) => ({
      name: prefixOf(place),
      forgetting: forgettingJson(of),
      states: states.map(({ name, distance, size, memory }) => ({
        ...{ name, size: figure(size), distance: list(distance) },
        memory: memory && {
          remaining: memory.remaining.map(figure),
          remainingByStep: memory.remainingByStep.map(list),
          keep: {
            ...{ shared: figure(memory.keep.shared), mean: memory.keep.mean.map(figure) },
            byStep: memory.keep.byStep.map(list),
            distance: list(memory.keep.distance),
          },
          units: memory.units,
        },
      })),
    })),
    divergence: list(divergence),
    heard: heard.map(list),
  };
}

function forgettingJson({ after, owed, owedByStep }: Forgetting) {
  return { after, owed: owed.map(figure), owedByStep: owedByStep.map(list) };
}

function list(values: ArrayLike<number>): number[] {
  return Array.from(values, figure);
}

function figure(value: number): number {
  return Number(value.toPrecision(6));
}

async function print(change: ContextChange, traces: ContextTraces, out: Output): Promise<void> {
  const width = Math.min(out.width, 120);
  const paragraph = (text: string, style?: "bold" | "dim"): void => {
    for (const line of wrap(text, Math.max(20, width)))
      out.line(style ? out.style(line, style) : line);
  };
  paragraph(verdictOf(change), "bold");
  if (change.reason !== null) paragraph(change.reason);
  for (const [index, { place, states }] of change.layers.entries()) {
    for (const { name, memory } of states) {
      if (memory === null) continue;
      out.line();
      const [first, second] = memory.keep.mean;
      paragraph(
        `${prefixOf(place)}.${name}: ${percent(memory.remaining[0])} of what it held is left after the first, ${percent(memory.remaining[1])} after the second; a step keeps ${shortNumber(memory.keep.shared)} of it in the beginning, ${shortNumber(first)} in the first continuation, ${shortNumber(second)} in the second`,
      );
      out.line();
      await printRows(
        {
          columns: [
            "unit",
            "before",
            "kept by first",
            "by second",
            "after first",
            "after second",
            "dropped by",
          ],
          rows: memory.units.slice(0, LISTED).map(({ unit, before, kept, after, droppedBy }) => ({
            cells: [unit, ...[before, ...kept, ...after].map(shortNumber), droppedBy],
            json: {},
          })),
        },
        out,
      );
    }
    drawLayer(change, traces, index, out);
  }
  out.line();
  printPredictions(change, traces, out);
}

/** Units that are listed; and drawn. */
const LISTED = 8;

/** What keeps and what is kept: the forget gates of the equations, and the states; side by side where there is room, else below. */
function drawLayer(change: ContextChange, traces: ContextTraces, layer: number, out: Output): void {
  const { cell } = change.layers[layer].place;
  const names = [
    ...cell.forgetGates.map(({ signal }) => signal),
    ...cell.program.states.filter((_, at) => at !== cell.program.output).map(({ name }) => name),
  ];
  const units = tellingOf(change, layer, LISTED);
  const from = Math.max(0, change.tokens.shared.length - BEFORE);
  const mark = { step: change.tokens.shared.length - from, text: "here they part" };
  const both = WHICH.map((which) => {
    const of: Readonly<Record<string, SignalTrace>> = traces[which].layers[layer];
    const labels = traces[which].labels.slice(from, change.tokens.shared.length + AFTER);
    const signals = (names.length > 0 ? names : cell.signalNames).map((name): PicturedSignal => {
      const signal = of[name];
      return { ...signal, steps: labels.length, at: (step, unit) => signal.at(from + step, unit) };
    });
    return { labels, signals };
  });
  for (const [at, { labels, signals }] of both.entries()) {
    const other = both[1 - at].signals;
    // One scale for both: what is drawn beside it counts for it too.
    const scaled = signals.map((signal, index) => ({
      ...signal,
      alsoScaledBy: other[index],
    }));
    out.line();
    out.line(
      out.style(`${prefixOf(change.layers[layer].place)}, the ${WHICH[at]} continuation`, "bold"),
    );
    out.line();
    const picture = { tokens: labels, signals: scaled, units, mark };
    out.line(drawCells(picture, { width: Math.min(out.width, 120), depth: out.depth }));
  }
}

/** Steps that are drawn before the parting, and after it. */
const BEFORE = 16;
const AFTER = 60;

function printPredictions(change: ContextChange, traces: ContextTraces, out: Output): void {
  const { divergence, steps, tokens } = change;
  const most = divergence.indexOf(divergence.reduce((high, value) => Math.max(high, value), 0));
  const line = (text: string): void => {
    for (const part of wrap(text, Math.max(20, Math.min(out.width, 120)))) out.line(part);
  };
  line(
    `predictions: apart by ${shortNumber(divergence[steps - 1])} nats after ${steps === 1 ? "one step" : `${steps} steps`}, most (${shortNumber(divergence[most])}) after step ${most + 1}; ${shortNumber(Math.LN2)} is the most there can be`,
  );
  for (const which of WHICH) {
    const last = tokens.shared.length + steps - 1;
    const top = traces[which].predictions?.top(last) ?? [];
    const likely = top.map(
      ({ token, probability }) => `${shownToken(token)} ${percent(probability)}`,
    );
    line(`after the ${which}, ${shownToken(traces[which].labels[last])}: ${likely.join(", ")}`);
  }
  const heard = change.heard.map((of) => of[steps - 1]);
  line(
    `without the beginning they would be other by ${heard.map(shortNumber).join(" nats after the first, ")} after the second`,
  );
}
