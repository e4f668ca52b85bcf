/** `cellstate eval MODEL FILE…`: how well a model foretells a text. */
import { evaluate } from "@cellstate/core";
import { loadModel } from "../modelFiles.ts";
import { describeUnknown, readCorpus } from "../run/corpus.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped } from "../terminal/text.ts";
import {
  type AddCommand,
  createEngine,
  type EngineName,
  engineOption,
  jsonOption,
  printJson,
} from "./common.ts";
import { engineOf } from "./generate.ts";

interface EvalArguments {
  readonly engine?: EngineName;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate eval tinyshakespeare.safetensors hamlet.txt
  $ cellstate eval tinyshakespeare.safetensors plays/ --json`;

export const addEval: AddCommand = (program, terminal) => {
  program
    .command("eval")
    .summary("how well a model foretells a text")
    .description(
      "Says how well a model foretells texts: loss in nats a token, bits a character, perplexity. Lower is better.",
    )
    .argument("<model>", "a model's file")
    .argument("<files...>", "texts in UTF-8, or folders of them")
    .addOption(engineOption())
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, files: string[], options: EvalArguments) =>
      run(path, files, options, terminal()),
    );
};

function run(
  path: string,
  files: readonly string[],
  { engine, json }: EvalArguments,
  terminal: Terminal,
): void {
  const model = loadModel(path);
  const corpus = readCorpus(files, model.vocabulary);
  const unknown = describeUnknown(corpus);
  if (unknown !== null) terminal.err.line(`${files.join(" ")}: ${unknown}`);
  const { loss, bitsPerCharacter, perplexity, tokens } = evaluate(
    model,
    createEngine(engine ?? engineOf(model)),
    corpus.documents,
  );
  if (json) {
    const times = [...corpus.unknown.values()].reduce((sum, count) => sum + count, 0);
    printJson(terminal, { loss, bitsPerCharacter, perplexity, tokens, unknown: times });
    return;
  }
  const { out } = terminal;
  out.line(`loss        ${loss.toFixed(4)} nats a token (${model.vocabulary.kind})`);
  out.line(`bits        ${bitsPerCharacter.toFixed(4)} a character`);
  out.line(`perplexity  ${perplexity.toFixed(3)}`);
  out.line(`tokens      ${grouped(tokens)}`);
}
