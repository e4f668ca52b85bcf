/** `cellstate generate MODEL`: the model writes, and what it writes is seen as it comes. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import {
  type GenerateOptions,
  generate,
  type LanguageModel,
  type TaskModel,
} from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { loadAnyModel } from "../modelFiles.ts";
import { listed, numberOption, sizeOption } from "../options.ts";
import { predictions } from "../shapes/answers.ts";
import { conditionOf } from "../shapes/condition.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { withoutControls } from "../terminal/text.ts";
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

interface GenerateArguments extends EngineArguments, WeightsArguments {
  readonly prompt: string;
  readonly from?: string;
  readonly count?: number;
  readonly length: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly stop?: string;
  readonly seed?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate generate tinyshakespeare.safetensors
  $ cellstate generate tinyshakespeare.safetensors --prompt "ROMEO:" --temperature 0.7
  $ cellstate generate stories.safetensors --prompt "My name is" --stop "Who" --seed 7
  $ cellstate generate names.safetensors --from Japanese --count 10

The prompt comes first on standard output, then what the model writes. With --json: {text, prompt, seed, …},
where text is what the model wrote, without the prompt.`;

export const addGenerate: AddCommand = (program, terminal) => {
  program
    .command("generate")
    .summary("have a model write")
    .description("Has a model write: a language model on from a prompt, a network from a label.")
    .argument("<model>", "a model's file")
    .option("--prompt <text>", "what the text begins with", "")
    .option(
      "--from <value>",
      "what a network writes from: a label, or attributes as name=value,name=value",
    )
    .addOption(sizeOption("--count <n>", "texts that a network writes (default: 1)"))
    .addOption(numberOption("--length <n>", "integer", "tokens to write at the most").default(500))
    .addOption(
      numberOption(
        "--temperature <x>",
        "notNegative",
        "below 1 more careful, above 1 more daring; 0 always takes the most likely",
      ).default(1),
    )
    .addOption(
      numberOption("--top-k <n>", "positiveInteger", "choose among the n most likely only"),
    )
    .addOption(
      numberOption(
        "--top-p <x>",
        "probability",
        "choose among the most likely of total probability x",
      ),
    )
    .option("--stop <text>", "end before this text would come")
    .addOption(
      numberOption(
        "--seed <n>",
        "integer",
        "the same seed writes the same (default: another each time)",
      ),
    )
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(weightsOption())
    .addOption(jsonOption("print one JSON object on standard output, at the end"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, options: GenerateArguments) => run(path, options, terminal()));
};

async function run(path: string, given: GenerateArguments, terminal: Terminal): Promise<void> {
  const { language, network } = loadAnyModel(path, given);
  if (language !== null) await generateText(path, language, given, terminal);
  else await generateFrom(path, network, given, terminal);
}

/** vec2seq: texts by chance, each its own. */
async function generateFrom(
  path: string,
  { task, network }: TaskModel,
  given: GenerateArguments,
  terminal: Terminal,
): Promise<void> {
  const shown = shownPath(path);
  if (task.kind !== "generation") {
    throw new UsageError(`${shown} is a model for ${task.kind}: cellstate predict asks it`);
  }
  if (given.prompt !== "" || given.stop !== undefined || given.weights !== undefined) {
    throw new UsageError(`--prompt, --stop and --weights are for language models; give --from`);
  }
  const { from, count = 1, temperature, topK, topP } = given;
  if (from === undefined) {
    const known = task.labels === null ? "name=value,…" : listed(task.labels);
    throw new UsageError(`generate ${shown}: --from is missing; it writes from ${known}`);
  }
  const condition = conditionOf(task, from);
  const seed = given.seed ?? randomInt(1_000_000);
  const inputs = Array.from({ length: count }, () => condition);
  const { engine, end } = await openForNetwork(network, given, count * task.longestTarget);
  try {
    const sampling = { temperature, topK, topP, seed };
    const written = predictions(task, network, engine, inputs, "--from", { sampling });
    const texts: string[] = [];
    for (const { prediction } of written) {
      texts.push(prediction.text);
      if (given.json) continue;
      const { out } = terminal;
      await put(out, `${out.live ? withoutControls(prediction.text) : prediction.text}\n`);
    }
    if (given.json) {
      const asked = {
        from,
        model: path,
        seed,
        temperature,
        topK: topK ?? null,
        topP: topP ?? null,
      };
      printJson(terminal, { texts, ...asked, engine: engine.name, threads: engine.threads });
    }
    const { err } = terminal;
    if (given.seed === undefined && err.live) err.line(err.style(`seed ${seed}`, "dim"));
  } finally {
    end();
  }
}

async function generateText(
  path: string,
  model: LanguageModel,
  given: GenerateArguments,
  terminal: Terminal,
): Promise<void> {
  for (const name of ["from", "count"] as const) {
    if (given[name] === undefined) continue;
    throw new UsageError(
      `--${name}: ${shownPath(path)} is a language model, which writes on from a --prompt`,
    );
  }
  const seed = given.seed ?? randomInt(1_000_000);
  const { engine, end } = await openFor(model, given, { batchSize: 1, tokens: given.length });
  const options: GenerateOptions = { ...given, engine, seed };
  try {
    if (given.json) {
      const text = [...generate(model, options)].join("");
      const { prompt, length, temperature, topK = null, topP = null, stop = null } = given;
      const asked = { prompt, model: path, seed, length, temperature, topK, topP, stop };
      const { weightFormat: weights } = model;
      printJson(terminal, {
        ...{ text, ...asked, weights },
        ...{ engine: engine.name, threads: engine.threads },
      });
      return;
    }
    await write(given.prompt, generate(model, options), terminal);
    const { err } = terminal;
    if (given.seed === undefined && err.live) err.line(err.style(`seed ${seed}`, "dim"));
  } finally {
    end();
  }
}

/** The prompt, and the pieces as they come. */
async function write(
  prompt: string,
  pieces: Generator<string, void>,
  { out }: Terminal,
): Promise<void> {
  // The first piece is asked for before the prompt is printed: a prompt that the model cannot read is then all there is.
  let next = pieces.next();
  out.write(out.style(prompt, "bold"));
  const turns = new Turns();
  let last = prompt;
  while (!next.done) {
    last = next.value;
    await put(out, out.live ? withoutControls(next.value) : next.value);
    await turns.take();
    next = pieces.next();
  }
  if (!last.endsWith("\n")) out.write("\n");
}

/** Writes; waits where a reader is slow. */
async function put(out: Output, text: string): Promise<void> {
  if (!out.write(text)) await once(out.stream, "drain");
}

/** Signals and a closed pipe are heard only between turns of the event loop. */
class Turns {
  #last = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#last < 16) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
