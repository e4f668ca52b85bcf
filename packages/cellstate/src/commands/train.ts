/** `cellstate train FILE…`: a text in, a model that writes out. */
import {
  CLASS_WEIGHTS,
  FORECAST_FORMS,
  OPTIMIZERS,
  SCHEDULES,
  TASK_TRAINING,
  TOKEN_KINDS,
} from "@cellstate/core";
import { type Command, Option } from "commander";
import { DATA_TASKS, TASK_NAMES, TASKS_OF_SHAPES } from "../data/looked.ts";
import { choiceOption, numberOption, parseNumber, sizeOption } from "../options.ts";
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
  $ cellstate train orders.csv --target sold --horizon 28
  $ cellstate train reviews.csv --text review --label stars
  $ cellstate train date-pairs.tsv --epochs 10
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
    .summary("learn from a file: texts, a series, labelled texts or sequences, rows, pairs")
    .description(
      "Trains a model on what the file is seen to hold, and says what that is. Text: a model that writes like it; several files, " +
        "or the files of a folder, are documents: nothing is carried over their borders. A table with times: forecasts. Texts or " +
        "sequences with labels, rows with a target, pairs of texts: a model that answers labels, numbers, texts.",
    )
    .argument(
      "<files...>",
      "texts in UTF-8, or folders of them (with --tokens bytes: any files); or one file of data: CSV, TSV, JSON Lines, Parquet, .ts, IDX, a folder of CSV",
    )
    .option(
      "--out <model>",
      "where to write the model (default: after the first file's name, here)",
    );

  command
    .optionsGroup("The data:")
    .addOption(
      choiceOption(
        "--task <name>",
        TASK_NAMES,
        `${DATA_TASKS.join(", ")}; or a shape: ${Object.keys(TASKS_OF_SHAPES).join(", ")} (default: as seen)`,
      ),
    )
    .option("--target <column>", "what is to be forecast or predicted")
    .option("--columns <names>", "what is read, between commas (default: all that may be of use)")
    .option("--text <column>", "the texts")
    .option("--label <column>", "their labels")
    .option("--time <column>", "the times of a series")
    .addOption(sizeOption("--horizon <n>", "steps ahead (default: a season, or 12)"))
    .addOption(
      sizeOption("--history <n>", "steps that a forecast looks back (default: two seasons)"),
    )
    .option("--quantiles <levels>", "of forecasts' bands (default: 0.1,0.5,0.9)")
    .addOption(
      choiceOption(
        "--form <name>",
        FORECAST_FORMS,
        "of forecasts: seq2vec, all steps at once, or seq2seq, one after the other (default: seq2vec)",
      ),
    );

  command
    .optionsGroup("The model:")
    .option(
      "--cell <name>",
      `a cell of the zoo, or a file of equations like mine.cell (default: ${d.cell})`,
    )
    .option("--decoder-cell <name>", "of what writes, where it is to be another (default: --cell)")
    .addOption(
      sizeOption(
        "--hidden-size <n>",
        `units of a layer (default: ${d.hiddenSize}; networks: 64 or 128, as suits)`,
        MOST_UNITS,
      ),
    )
    .addOption(
      sizeOption(
        "--layers <n>",
        `layers (default: ${d.layers}; networks: 1, rows: 2)`,
        MOST_LAYERS,
      ),
    )
    .option("--bidirectional", "read from both ends (default: where an answer waits for the whole)")
    .option("--no-bidirectional", "read from the beginning only")
    .addOption(
      choiceOption(
        "--attention <kind>",
        ["none", "multiplicative", "additive"],
        "of what writes over what was read: none, multiplicative, additive (default: multiplicative for pairs)",
      ),
    )
    .addOption(
      numberOption(
        "--embedding-size <n>",
        "integer",
        "width of a learned vector a token, 0 for one-hot (default: 0; words: the hidden size)",
      ),
    )
    .addOption(
      numberOption(
        "--dropout <share>",
        "share",
        `between layers (default: ${d.dropout}; networks: 0.2, labels of texts 0.5, rows and forecasts 0)`,
      ),
    )
    .addOption(
      numberOption(
        "--recurrent-dropout <share>",
        "share",
        "from step to step (networks; default: 0, labels of texts 0.2)",
      ),
    )
    .addOption(
      numberOption(
        "--zoneout <share>",
        "share",
        "of states that stay as they were (networks; default: 0)",
      ),
    )
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
        "passes over the data (default: as many as make about 6,000 steps; networks: by their size)",
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
      sizeOption(
        "--window <n>",
        `steps back through which it learns (language models; default: ${d.window})`,
      ),
    )
    .addOption(
      sizeOption(
        "--batch-size <n>",
        `sequences side by side (default: ${d.batchSize}; networks: 16 to 64, by the data)`,
      ),
    )
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
        `(default: ${d.learningRate} for ${d.optimizer}; networks: ${TASK_TRAINING.optimizer.learningRate})`,
      ),
    )
    .option(
      "--schedule <name>",
      `of the rate: ${Object.values(SCHEDULES)
        .map(({ usage }) => usage)
        .join(
          ", ",
        )}, or several joined by + (default: ${d.schedule}; networks: ${TASK_TRAINING.schedule})`,
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
        `held out to choose the best weights (default: ${d.validation}; networks: 0.1)`,
      ),
    )
    .addOption(testOption())
    .addOption(
      numberOption(
        "--patience <n>",
        "positiveInteger",
        "stop after so many epochs without a better validation (networks)",
      ),
    )
    .addOption(
      choiceOption(
        "--class-weights <kind>",
        CLASS_WEIGHTS,
        "let rare labels count: none, balanced, sqrt (default: none)",
      ),
    )
    .addOption(
      numberOption(
        "--label-smoothing <share>",
        "share",
        "of labels and tokens (networks; default: 0, labels of texts 0.1)",
      ),
    )
    .addOption(
      numberOption(
        "--scheduled-sampling <share>",
        "share",
        "how often, by the end, a network that writes reads its own last word (default: 0)",
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
    .option("--from <model>", "begin with this model's weights and vocabulary (language models)")
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

function testOption(): Option {
  return new Option(
    "--test <share>",
    "kept to test the finished model on, or a file to test it on (networks; default: 0.1)",
  ).argParser((text: string): number | string =>
    /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? parseNumber("--test", text, "share") : text,
  );
}

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
