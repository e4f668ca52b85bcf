/** What a command looks at: a model's file, and a text or one example of a file of data, as core reads it. */
import {
  type AnyTask,
  CellstateError,
  type Engine,
  type Examples,
  type ForecastSeries,
  type LanguageModel,
  type Network,
  showTime,
  type Trace,
  type TraceOptions,
  type TracePlace,
  trace,
} from "@cellstate/core";
import type { Command } from "commander";
import {
  type EngineArguments,
  engineOption,
  openFor,
  openForNetwork,
  threadsOption,
} from "../commands/engineOptions.ts";
import type { OpenedEngine } from "../engine/open.ts";
import { shownPath } from "../files/fileError.ts";
import { readTexts } from "../files/texts.ts";
import { loadAnyModel } from "../modelFiles.ts";
import { sizeOption } from "../options.ts";
import { encodeData } from "../shapes/fit.ts";
import { readInputs } from "../shapes/readInputs.ts";
import { dataRecordOf, type TaskData } from "../shapes/taskData.ts";
import { textData } from "../shapes/textData.ts";
import { UsageError } from "../usageError.ts";
import { shownBytes } from "./shownToken.ts";

export interface SubjectArguments extends EngineArguments {
  readonly text?: string;
  readonly input?: string;
  readonly example?: number;
}

export interface LanguageSubject {
  readonly kind: "language";
  readonly model: LanguageModel;
  readonly input: string;
}

export interface NetworkSubject {
  readonly kind: "network";
  readonly model: Network;
  readonly input: {
    readonly examples: Examples;
    readonly example: number;
    readonly labels?: readonly string[];
    readonly outputLabel: (token: number) => string;
    readonly mostSteps?: number;
  };
}

export type InspectionSubject = LanguageSubject | NetworkSubject;

/** The options that say what is read, and by which engine. */
export function addSubjectOptions(command: Command): Command {
  return command
    .option("--text <text>", "what the model is to read")
    .option(
      "--input <file>",
      "a file to read in its place: text, or data such as it was trained on",
    )
    .addOption(sizeOption("--example <n>", "of such data: which, from 1 (default: the first)"))
    .addOption(engineOption())
    .addOption(threadsOption());
}

/**
 * @param say Told what else than the named file is read.
 * @param withTargets Whether what is right is read too, where a file has it: what has a loss needs it.
 * @throws UsageError for both or neither of a text and a file; CellstateError where they cannot be read.
 */
export async function readSubject(
  path: string,
  { text, input, example }: SubjectArguments,
  say: (note: string) => void,
  withTargets = false,
): Promise<InspectionSubject> {
  if ((text === undefined) === (input === undefined)) {
    const which = text === undefined ? "say what is to be read" : "give one of the two";
    throw new UsageError(`--text, --input: ${which}: --text "…" or --input FILE`);
  }
  const loaded = loadAnyModel(path);
  if (loaded.language !== null) {
    if (example !== undefined) {
      throw new UsageError(
        `--example: ${shownPath(path)} is a language model, which reads the whole of a text; leave the option out`,
      );
    }
    const read = text ?? onlyText(input ?? "");
    return { kind: "language", model: loaded.language, input: read };
  }
  const { task, network } = loaded.network;
  const data =
    text === undefined
      ? await readInputs(task, input ?? "", dataRecordOf(network.training), say)
      : textData(task, text, shownPath(path));
  if (data.kind === "forecasting" && example !== undefined) {
    throw new UsageError(
      `--example: ${shownPath(path)} forecasts, and reads the end of a series; leave the option out, or name a file that ends where it is to read`,
    );
  }
  const given =
    data.kind === "forecasting"
      ? windowOf(data, withTargets)
      : exampleOf(data, example, withTargets);
  const longest = "longestTarget" in task ? task.longestTarget : null;
  const mostSteps = typeof longest === "number" ? 2 * longest : undefined;
  const output = itemsOf(task, "output");
  const outputLabel = (token: number): string => output[token] ?? String(token);
  return { kind: "network", model: network, input: { ...given, outputLabel, mostSteps } };
}

/** @throws UsageError for a folder of several: one is read. */
function onlyText(path: string): string {
  const [{ text }, ...others] = readTexts([path]);
  if (others.length === 0) return text;
  throw new UsageError(
    `--input ${shownPath(path)}: a folder of ${others.length + 1} texts, of which one is read; name a file`,
  );
}

/** Whether there is an answer a step of the input. */
export function isAligned({ kind, model }: InspectionSubject): boolean {
  if (kind === "language") return true;
  const { output } = model.config.ports;
  return output.kind !== "tokens" && output.each === "step";
}

/** What each step of the input is called. */
export function labelsOf(subject: InspectionSubject): readonly string[] {
  if (subject.kind === "network") {
    const { labels } = subject.input;
    return labels ?? Array.from({ length: stepsIn(subject) }, (_, step) => String(step));
  }
  const { vocabulary } = subject.model.config;
  const { tokens } = vocabulary.encode(subject.input);
  const items = Array.from(tokens, (token) => vocabulary.items[token]);
  return shownBytes(items, vocabulary.kind);
}

export function openSubject(
  subject: InspectionSubject,
  given: EngineArguments,
): Promise<OpenedEngine> {
  if (subject.kind === "network") return openForNetwork(subject.model, given, stepsIn(subject));
  return openFor(subject.model, given, { batchSize: 1, tokens: stepsIn(subject) });
}

/** Steps that are read; of a text, as many as it has characters at most. */
export function stepsIn({ kind, input }: InspectionSubject): number {
  return kind === "language" ? input.length : input.examples.input.steps(input.example);
}

export function traceOf(subject: InspectionSubject, engine: Engine, options: TraceOptions): Trace {
  if (subject.kind === "language") return trace(subject.model, engine, subject.input, options);
  return trace(subject.model, engine, subject.input, options);
}

export type PlaceName = Pick<TracePlace, "name" | "part" | "layer" | "direction"> & {
  readonly units: number;
  readonly signals: readonly string[];
};

/** Where the model's layers are, before anything is computed: in the order of `Trace.places`. */
export function placesOf({
  kind,
  model,
}: Pick<LanguageSubject, "kind" | "model"> | Pick<NetworkSubject, "kind" | "model">): PlaceName[] {
  if (kind === "language") {
    const { layers, hiddenSize, cell } = model.config;
    const of = { part: "rnn", direction: "forward", units: hiddenSize } as const;
    const signals = cell.program.signals.map(({ name }) => name);
    return Array.from({ length: layers }, (_, layer) => ({
      ...{ ...of, layer, signals, name: `rnn.${layer}` },
    }));
  }
  const { encoder, decoder, hidden } = model;
  const layers = [
    ...hidden,
    ...(encoder?.layers ?? []).flatMap(({ forward, backward }) =>
      backward ? [forward, backward] : [forward],
    ),
    ...(decoder?.stack.layers ?? []).map(({ forward }) => forward),
    ...(decoder?.combine ? [decoder.combine] : []),
  ];
  return layers.map(({ name, cell, sizes }) => {
    const [part, layer = "0", reverse] = name.split(".");
    return {
      name,
      part: partOf(part),
      layer: Number(layer),
      direction: reverse === undefined ? "forward" : "backward",
      units: sizes.units,
      signals: cell.program.signals.map((signal) => signal.name),
    };
  });
}

function partOf(name: string): TracePlace["part"] {
  const parts = ["rnn", "encoder", "decoder", "hidden", "combine"] as const;
  return parts.find((part) => part === name) ?? "rnn";
}

type Given = Pick<NetworkSubject["input"], "examples" | "example" | "labels">;

/** What a forecaster reads last, with its times; or last before a stretch that is known. */
function windowOf(
  { task, table, name }: Extract<TaskData, { kind: "forecasting" }>,
  withTargets: boolean,
): Given {
  const series: ForecastSeries = task.series(table);
  const known = series.windows({ from: 0, to: series.rows });
  const last = withTargets ? known.at(known.length - 1) : undefined;
  const window = last ?? series.future();
  const examples = last ? task.examples([last]) : task.encode([window], null, name);
  const steps = examples.input.steps(0);
  const labels = Array.from({ length: steps }, (_, step) =>
    showTime(series.series.timeOf(window.origin - steps + step)),
  );
  return { examples, example: 0, labels };
}

function exampleOf(
  data: Exclude<TaskData, { kind: "forecasting" }>,
  given: number | undefined,
  withTargets: boolean,
): Given {
  const { name } = data;
  const { length } = data.inputs;
  const number = given ?? 1;
  if (number > length) {
    throw new CellstateError(
      "option",
      `--example ${number}: ${shownPath(name)} has ${length === 1 ? "one" : `1 to ${length}`}`,
    );
  }
  const examples = encodeData(withTargets ? data : withoutTargets(data));
  const example = number - 1;
  if (examples.input.kind !== "tokens") return { examples, example };
  const tokens = new Int32Array(examples.input.steps(example));
  examples.input.copy(example, tokens, 0, 1);
  const items = itemsOf(data.task, "input");
  return { examples, example, labels: Array.from(tokens, (token) => items[token] ?? "\ufffd") };
}

function withoutTargets<Data extends { readonly targets: unknown }>(data: Data): Data {
  return { ...data, targets: null };
}

/** What the tokens that a task reads or writes are called, by its own file: special ones before the vocabulary's. */
export function itemsOf(task: AnyTask, side: "input" | "output"): readonly string[] {
  const coding: unknown = Reflect.get(Object(task.toJson()), side);
  const vocabulary: unknown = Reflect.get(Object(coding), "vocabulary");
  const ofText: unknown = Reflect.get(Object(vocabulary), "items");
  if (Array.isArray(ofText)) return ["\ufffd", "<start>", "<end>", ...ofText.map(String)];
  const own: unknown = Reflect.get(Object(coding), "items");
  return Array.isArray(own) ? ["\ufffd", ...own.map(String)] : [];
}
