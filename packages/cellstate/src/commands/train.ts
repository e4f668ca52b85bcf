/** `cellstate train FILE…`: a text in, a model that writes out. */
import { OPTIMIZERS, SCHEDULES, TOKEN_KINDS } from "@cellstate/core";
import { type Command, Option } from "commander";
import { choiceOption, numberOption, sizeOption } from "../options.ts";
import { PRESET_NAMES, PRESETS } from "../presets.ts";
import { DEFAULTS } from "../run/settings.ts";
import type { TrainArguments } from "../run/trainArguments.ts";
import { UsageError } from "../usageError.ts";
import { type AddCommand, jsonOption } from "./common.ts";
import { engineOption, threadsOption } from "./engineOptions.ts";

/** What a model's file can hold. */
const MOST_UNITS = 65_536;
const MOST_LAYERS = 64;

const EXAMPLES = `
Examples:
  $ cellstate train tinyshakespeare.txt
  $ cellstate train letters/ --minutes 5 --hidden-size 256 --out letters.safetensors
  $ cellstate train more.txt --from tinyshakespeare.safetensors --learning-rate 0.0005
  $ cellstate train tinyshakespeare.txt --cell mine.cell --tokens words
  $ cellstate train tinyshakespeare.txt --resume

A run can be stopped with Ctrl-C and gone on with by --resume; it then ends as if it had never stopped.
Files of an earlier run under the same name are kept: they are renamed to NAME.1.safetensors, and so on.`;

export const addTrain: AddCommand = (program, terminal) => {
  const d = DEFAULTS;
  const command = program
    .command("train")
    .summary("learn from text files: a model that writes like them")
    .description(
      "Trains a model on text. Several files, or the files of a folder, are documents: nothing is carried over their borders.",
    )
    .argument("<files...>", "texts in UTF-8, or folders of them (with --tokens bytes: any files)")
    .option(
      "--out <model>",
      "where to write the model (default: after the first file's name, here)",
    );

  command
    .optionsGroup("The model:")
    .option(
      "--cell <name>",
      `a cell of the zoo, or a file of equations like mine.cell (default: ${d.cell})`,
    )
    .addOption(
      sizeOption("--hidden-size <n>", `units of a layer (default: ${d.hiddenSize})`, MOST_UNITS),
    )
    .addOption(sizeOption("--layers <n>", `recurrent layers (default: ${d.layers})`, MOST_LAYERS))
    .addOption(
      numberOption(
        "--embedding-size <n>",
        "integer",
        "width of a learned vector a token, 0 for one-hot (default: 0; words: the hidden size)",
      ),
    )
    .addOption(numberOption("--dropout <share>", "share", `between layers (default: ${d.dropout})`))
    .addOption(forgetBiasOption())
    .option(
      "--init <name>",
      "initial weights: default, torch, glorot, orthogonal, uniform:X, normal:X",
    )
    .addOption(
      choiceOption(
        "--tokens <kind>",
        TOKEN_KINDS,
        `characters, words or bytes (default: ${d.tokens})`,
      ),
    )
    .addOption(
      choiceOption("--preset <name>", PRESET_NAMES, "settings under a name: ").helpGroup(
        "The model:",
      ),
    );
  describePresets(command);

  command
    .optionsGroup("How it learns:")
    .addOption(
      numberOption(
        "--epochs <n>",
        "positiveInteger",
        "passes over the text (default: as many as make about 6,000 steps)",
      ).conflicts(["steps", "minutes"]),
    )
    .addOption(
      numberOption("--steps <n>", "positiveInteger", "updates in all").conflicts([
        "epochs",
        "minutes",
      ]),
    )
    .addOption(
      numberOption("--minutes <n>", "positive", "by the clock").conflicts(["epochs", "steps"]),
    )
    .addOption(
      sizeOption("--window <n>", `steps back through which it learns (default: ${d.window})`),
    )
    .addOption(sizeOption("--batch-size <n>", `sequences side by side (default: ${d.batchSize})`))
    .addOption(
      choiceOption(
        "--optimizer <name>",
        OPTIMIZERS,
        `${OPTIMIZERS.join(", ")} (default: ${d.optimizer})`,
      ),
    )
    .addOption(
      numberOption(
        "--learning-rate <x>",
        "positive",
        `(default: ${d.learningRate} for ${d.optimizer})`,
      ),
    )
    .option(
      "--schedule <name>",
      `of the rate: ${Object.values(SCHEDULES)
        .map(({ usage }) => usage)
        .join(", ")}, or several joined by + (default: ${d.schedule})`,
    )
    .addOption(
      numberOption(
        "--clip-norm <x>",
        "positive",
        `all gradients' norm at the most (default: ${d.clipNorm})`,
      ).conflicts("clipValue"),
    )
    .addOption(
      numberOption("--clip-value <x>", "positive", "each gradient at the most").conflicts(
        "clipNorm",
      ),
    )
    .addOption(
      numberOption(
        "--validation <share>",
        "share",
        `of the text, held out to choose the best weights (default: ${d.validation})`,
      ),
    )
    .addOption(
      numberOption(
        "--seed <n>",
        "integer",
        `of everything random: one seed, one model (default: ${d.seed})`,
      ),
    )
    .addOption(engineOption())
    .addOption(threadsOption());

  command
    .optionsGroup("Going on:")
    .option("--from <model>", "begin with this model's weights and vocabulary")
    .option("--resume", "go on from the checkpoint, or begin where there is none yet")
    .addOption(
      numberOption(
        "--checkpoint-every <seconds>",
        "notNegative",
        "save what --resume needs",
      ).default(30),
    );

  command
    .optionsGroup("What it says:")
    .option("--log <file>", "append every measurement to a file, a line of JSON each")
    .addOption(jsonOption("print one JSON object with the result on standard output"))
    .optionsGroup("Other options:")
    .addHelpText("after", EXAMPLES)
    .action(async (files: string[], options: TrainArguments) => {
      const { trainCommand } = await import("../run/trainCommand.ts");
      await trainCommand(files, options, terminal());
    });
};

function forgetBiasOption(): Option {
  return new Option(
    "--forget-bias <n>",
    "of the forget gates: a number, or chrono (default: by --init)",
  ).argParser(parseForgetBias);
}

function parseForgetBias(text: string): number | "chrono" {
  if (text === "chrono") return text;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) {
    throw new UsageError(`--forget-bias ${text}: expected a number, or chrono`);
  }
  return value;
}

function describePresets(command: Command): void {
  const option = command.options.find(({ long }) => long === "--preset");
  if (option) {
    option.description = Object.entries(PRESETS)
      .map(([name, { about }]) => `${name} (${about})`)
      .join(", ");
  }
}
