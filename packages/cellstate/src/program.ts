/** The tree of commands: what `cellstate --help` shows. */
import { Command } from "commander";
import { addCells } from "./commands/cells.ts";
import type { AddCommand } from "./commands/common.ts";
import { addContext } from "./commands/context.ts";
import { addConvert } from "./commands/convert.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEval } from "./commands/eval.ts";
import { addExplore } from "./commands/explore.ts";
import { addFind } from "./commands/find.ts";
import { addGenerate } from "./commands/generate.ts";
import { addGradients } from "./commands/gradients.ts";
import { addInfo } from "./commands/info.ts";
import { addPredict } from "./commands/predict.ts";
import { addStart } from "./commands/start.ts";
import { addTrace } from "./commands/trace.ts";
import { addTrain } from "./commands/train.ts";
import type { Terminal } from "./terminal/terminal.ts";
import { VERSION } from "./version.ts";

const COMMANDS: readonly AddCommand[] = [
  addStart,
  addTrain,
  addPredict,
  addGenerate,
  addEval,
  addInfo,
  addTrace,
  addGradients,
  addContext,
  addFind,
  addExplore,
  addConvert,
  addCells,
  addDoctor,
];

const EXAMPLES = `
Begin with:
  $ cellstate start                          learns small stories in under a minute, and shows its memory
  $ cellstate train tinyshakespeare.txt      a text in, a model that writes like it out
  $ cellstate generate tinyshakespeare.safetensors --prompt "ROMEO:"
  $ cellstate train orders.csv               a table with times in, a model that forecasts out
  $ cellstate predict orders.safetensors orders.csv`;

/** Columns of help where the terminal has more, or does not say. */
const WIDEST_HELP = 100;

/**
 * @param makeTerminal Called when an action runs, with what the options say of colour.
 * @throws CommanderError from parsing, for whatever ends it: help and version too (exitCode 0).
 */
export function createProgram(makeTerminal: (color: boolean) => Terminal): Command {
  const program = new Command("cellstate")
    .description("Recurrent networks whose cells are equations: train, write, and look inside.")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "show a command's help")
    .addHelpText("after", EXAMPLES);

  let color = true;
  for (const add of COMMANDS) add(program, () => makeTerminal(color));
  for (const command of [program, ...program.commands]) {
    command
      .helpOption("-h, --help", "show this help")
      .option("--no-color", "plain text, as NO_COLOR in the environment")
      .option("--debug", "show where an error comes from")
      .on("option:no-color", () => {
        color = false;
      })
      .configureHelp({
        helpWidth: Math.min(process.stdout.columns || 80, WIDEST_HELP),
        subcommandTerm: (sub) => sub.name(),
      })
      // Errors are thrown and said by main, in one line.
      .configureOutput({ outputError: () => {} })
      .exitOverride();
  }
  return program;
}
