/** `cellstate info MODEL`: what a model's file holds. */
import { decodeAnyModel, type LanguageModel, readSafetensors, typesetText } from "@cellstate/core";
import { readFileLimited } from "../files/readFile.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, padEnd, truncate, withoutControls, wrap } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";
import { networkInfoJson, printNetwork } from "./networkInfo.ts";

const EXAMPLES = `
Examples:
  $ cellstate info tinyshakespeare.safetensors
  $ cellstate info tinyshakespeare.safetensors --json`;

export const addInfo: AddCommand = (program, terminal) => {
  program
    .command("info")
    .summary("what a model's file holds: equations, shapes, parameters, how it was trained")
    .description(
      "Says what a model's file holds: equations, shapes, parameters, and how it was trained.",
    )
    .argument("<model>", "a model's file")
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, options: { json?: boolean }) => run(path, options, terminal()));
};

interface Shape {
  readonly name: string;
  readonly shape: readonly number[];
}

function run(path: string, { json }: { json?: boolean }, terminal: Terminal): void {
  const bytes = readFileLimited(path);
  const { language: model, network } = decodeAnyModel(bytes, path);
  if (model === null) {
    if (json)
      printJson(terminal, { model: path, bytes: bytes.length, ...networkInfoJson(network) });
    else {
      printNetwork(path, network, terminal);
      printTraining(network.network.training, terminal);
    }
    return;
  }
  const tensors: Shape[] = [];
  for (const [name, { shape }] of readSafetensors(bytes, path).tensors)
    tensors.push({ name, shape });
  // A file has its numbers of one type after those of another, and a scale then stands far from its weights.
  tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
  const zeroBias = secondBias(model);
  if (json) {
    const { cell, vocabulary, ...config } = model.config;
    printJson(terminal, {
      model: path,
      bytes: bytes.length,
      cell: { name: cell.name, equations: cell.equations.trim() },
      ...config,
      parameters: model.parameterCount,
      precision: precisionOf(model),
      vocabulary: { tokens: vocabulary.kind, size: vocabulary.size },
      tensors,
      zeroTensors: zeroBias,
      training: model.training,
    });
    return;
  }
  print(path, model, tensors, zeroBias, terminal);
}

function print(
  path: string,
  model: LanguageModel,
  tensors: readonly Shape[],
  zeroBias: readonly string[],
  { out }: Terminal,
): void {
  const { cell, vocabulary, hiddenSize, layers, embeddingSize, dropout, tieWeights } = model.config;
  const width = Math.min(out.width, 100);
  const layer = layers === 1 ? "one layer" : `${layers} layers`;
  out.line(`${out.style(path, "bold")}: ${cell.name}, ${layer} of ${hiddenSize} units`);
  out.line(`${grouped(model.parameterCount)} parameters in ${precisionOf(model)}`);
  out.line();
  out.line(typesetText(cell, { width }));
  out.line();
  const known = vocabulary.items.slice(0, 60).map((item) => JSON.stringify(item).slice(1, -1));
  const sample =
    vocabulary.kind === "bytes" ? "" : `: ${known.join(vocabulary.kind === "words" ? "" : " ")}`;
  out.line(truncate(`reads ${grouped(vocabulary.size)} ${vocabulary.kind}${sample}`, width));
  out.line(
    [
      embeddingSize === 0
        ? "one-hot"
        : `embedding of ${embeddingSize}${tieWeights ? ", tied" : ""}`,
      ...(dropout > 0 ? [`dropout ${dropout}`] : []),
    ].join(", "),
  );
  out.line();
  const longest = Math.max(...tensors.map(({ name }) => name.length));
  for (const { name, shape } of tensors) {
    const zero = zeroBias.includes(name)
      ? "  zeros: this cell has one bias a gate, the format two"
      : "";
    out.line(truncate(`${padEnd(name, longest)}  [${shape.join(", ")}]${zero}`, out.width));
  }
  out.line();
  printTraining(model.training, { out });
}

function printTraining(
  training: Readonly<Record<string, unknown>> | null,
  { out }: Pick<Terminal, "out">,
): void {
  const width = Math.min(out.width, 100);
  if (training === null) {
    out.line("never trained, or the file does not say how");
    return;
  }
  out.line("trained with:");
  for (const [name, value] of Object.entries(training)) {
    if (value === null) continue;
    const [first = "", ...more] = wrap(shown(plain(value)), Math.max(20, width - 18));
    out.line(`  ${padEnd(shown(name), 14)} ${first}`.trimEnd());
    for (const line of more) out.line(`  ${padEnd("", 14)} ${line}`);
  }
}

function precisionOf({ weights, weightFormat }: LanguageModel): string {
  if (weightFormat === "int8") return "int8";
  return weights instanceof Float64Array ? "float64" : "float32";
}

/** Tensors that are there only because the format wants them: blocks of which this cell has none. */
function secondBias({ config: { cell, layers } }: LanguageModel): string[] {
  const missing = (cell.torch?.tensors ?? []).filter(({ rows }) =>
    rows.every((row) => row === null),
  );
  return Array.from({ length: layers }, (_, layer) =>
    missing.map(({ name }) => `rnn.${name}_l${layer}`),
  ).flat();
}

/** A file may say anything of itself: control codes too. */
function shown(text: string): string {
  return withoutControls(text).replaceAll("\n", " ");
}

/** A value of the record as one would say it: `seed 1, window 50`. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join("; ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .filter(([, part]) => part !== null)
      .map(([name, part]) => `${name} ${plain(part)}`)
      .join(", ");
  }
  return String(value);
}
