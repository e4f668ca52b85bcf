/** `cellstate eval MODEL FILE…`: how well a model foretells a text, or predicts what a file of data says is right. */
import { evaluate, type LanguageModel, type TaskModel } from "@cellstate/core";
import { loadAnyModel } from "../modelFiles.ts";
import { describeUnknown, readCorpus } from "../run/corpus.ts";
import { judge } from "../shapes/judge.ts";
import { judgementJson, judgementLines } from "../shapes/judgement.ts";
import { readInputs } from "../shapes/readInputs.ts";
import { dataRecordOf, stepsOf } from "../shapes/taskData.ts";
import { unreadNotes } from "../shapes/unread.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, sentence, truncate } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";
import {
  type EngineArguments,
  engineOption,
  openFor,
  openForNetwork,
  threadsOption,
  type WeightsArguments,
  weightsOption,
} from "./engineOptions.ts";

interface EvalArguments extends EngineArguments, WeightsArguments {
  readonly json?: boolean;
}

/** What `evaluate` reads side by side, of a text that is long enough to take time. */
const EVALUATED_ROWS = 32;

/** Columns before the figures. */
const LABEL = 12;

const EXAMPLES = `
Examples:
  $ cellstate eval tinyshakespeare.safetensors hamlet.txt
  $ cellstate eval tinyshakespeare.safetensors plays/ --json
  $ cellstate eval reviews.safetensors other-reviews.csv`;

export const addEval: AddCommand = (program, terminal) => {
  program
    .command("eval")
    .summary("how well a model foretells a text, or predicts what a file says is right")
    .description(
      "Says how well a model foretells texts: loss in nats a token, bits a character, perplexity; lower is better. Of a network, " +
        "how often or how nearly it is right, with 95 % intervals by bootstrap, beside what needs no model.",
    )
    .argument("<model>", "a model's file")
    .argument("<files...>", "texts in UTF-8, or folders of them; or one file of data")
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(weightsOption())
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, files: string[], options: EvalArguments) =>
      run(path, files, options, terminal()),
    );
};

async function run(
  path: string,
  files: readonly string[],
  given: EvalArguments,
  terminal: Terminal,
): Promise<void> {
  const { language, network } = loadAnyModel(path, given);
  if (language !== null) await evaluateText(language, files, given, terminal);
  else await evaluateData(network, files, given, terminal);
}

async function evaluateData(
  { task, network }: TaskModel,
  files: readonly string[],
  given: EvalArguments,
  terminal: Terminal,
): Promise<void> {
  if (given.weights !== undefined) {
    throw new UsageError(`--weights ${given.weights}: for language models; leave the option out`);
  }
  if (files.length > 1) {
    throw new UsageError(`${files[1]}: the second file; a network is judged by one at a time`);
  }
  const record = dataRecordOf(network.training);
  const data = await readInputs(task, files[0], record, (note) =>
    terminal.err.line(sentence(note, terminal.err)),
  );
  const { engine, end } = await openForNetwork(network, given, stepsOf(data));
  try {
    const judged = judge(data, network, engine, record);
    if (data.kind !== "forecasting") {
      for (const note of unreadNotes(data)) terminal.err.line(sentence(note, terminal.err));
    }
    if (given.json) {
      printJson(terminal, {
        ...judgementJson(judged),
        ...{ engine: engine.name, threads: engine.threads },
      });
      return;
    }
    const { out } = terminal;
    const { figures, sentences } = judgementLines(judged);
    for (const line of figures) out.line(out.live ? truncate(line, out.width) : line);
    for (const line of sentences) out.line(sentence(line, out));
  } finally {
    end();
  }
}

async function evaluateText(
  model: LanguageModel,
  files: readonly string[],
  given: EvalArguments,
  terminal: Terminal,
): Promise<void> {
  const corpus = readCorpus(files, model.vocabulary);
  const unknown = describeUnknown(corpus);
  if (unknown !== null) terminal.err.line(`${files.join(" ")}: ${unknown}`);
  const { engine, choice, end } = await openFor(model, given, {
    batchSize: EVALUATED_ROWS,
    tokens: corpus.tokens,
  });
  const { loss, bitsPerCharacter, perplexity, tokens } = evaluate(model, engine, corpus.documents);
  end();
  if (given.json) {
    const times = [...corpus.unknown.values()].reduce((sum, count) => sum + count, 0);
    const judged = { loss, bitsPerCharacter, perplexity, tokens, unknown: times };
    const { weightFormat: weights } = model;
    printJson(terminal, { ...judged, weights, engine: engine.name, threads: engine.threads });
    return;
  }
  const { out, err } = terminal;
  out.line(`loss        ${loss.toFixed(4)} nats a token (${model.vocabulary.kind})`);
  out.line(`bits        ${bitsPerCharacter.toFixed(4)} a character`);
  out.line(`perplexity  ${perplexity.toFixed(3)}`);
  out.line(`tokens      ${grouped(tokens)}`);
  if (model.weightFormat !== "float32") out.line(`weights     ${model.weightFormat}`);
  const [first = "", ...more] = sentence(choice, {
    live: err.live,
    width: Math.max(20, err.width - LABEL),
  }).split("\n");
  err.line(`${"engine".padEnd(LABEL)}${first}`);
  for (const line of more) err.line(`${"".padEnd(LABEL)}${line}`);
}
