/** `cellstate context MODEL`: what a change of context does to the memory. */
import { basename } from "node:path";
import {
  CellstateError,
  type ContextChange,
  contextChange,
  type Engine,
  FORGOTTEN_BELOW,
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
import { shownToken } from "../inspection/shownToken.ts";
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

Both continuations follow the same beginning. The memory at the parting is forgotten where less than half of it is left
after the second one; what fades alike after both is put down to neither.`;

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
    `${shownPath(path)} is no language model: ${command} is for models of text; cellstate trace shows what this one does`,
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
    return trace(model, engine, numbers, { top: 3 });
  };
  return { first: of("first"), second: of("second") };
}

const WHICH = ["first", "second"] as const;

/** In one sentence, and plainly where nothing is forgotten. */
function verdictOf({ forgetting, reason, steps }: ContextChange): string {
  if (forgetting === null) return reason ?? "this cell keeps nothing by a gate";
  const [first, second] = forgetting.remaining;
  const on = steps === 1 ? "one step" : `${steps} steps`;
  const left = `${on} on, ${percent(first)} of the memory is left after the first continuation and ${percent(second)} after the second`;
  return `${judged(forgetting)}: ${left}`;
}

function judged({ forgotten, after, remaining: [first] }: Forgetting): string {
  if (!forgotten)
    return after === "first" ? "not forgotten; the first dropped more" : "not forgotten";
  if (after === "both") return "faded after both alike, which is time and no change of context";
  if (after === "first") return "forgotten after both, after the first more";
  return first < FORGOTTEN_BELOW ? "forgotten after both, after the second more" : "forgotten";
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function contextJson(change: ContextChange): Record<string, unknown> {
  const list = (values: ArrayLike<number>): number[] => Array.from(values, figure);
  const { tokens, steps, forgotten, forgetting, reason, layers, divergence, heard } = change;
  return {
    ...{ tokens, steps, forgotten, forgetting, reason, verdict: verdictOf(change) },
    layers: layers.map(({ place, states, forgetting: of }) => ({
      name: prefixOf(place),
      forgetting: of,
      states: states.map(({ name, distance, size, memory }) => ({
        ...{ name, size: figure(size), distance: list(distance) },
        memory: memory && {
          ...{ forgotten: memory.forgotten, after: memory.after, remaining: memory.remaining },
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
  for (const [index, { place, states }] of change.layers.entries()) {
    for (const { name, memory } of states) {
      if (memory === null) continue;
      out.line();
      const [first, second] = memory.keep.mean;
      paragraph(
        `${prefixOf(place)}.${name}: ${judged(memory)}; what is kept of it a step is ${shortNumber(memory.keep.shared)} while both read the beginning, ${shortNumber(first)} in the first continuation, ${shortNumber(second)} in the second`,
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
    `what the beginning still changes in them: ${heard.map(shortNumber).join(" nats after the first, ")} after the second`,
  );
}
