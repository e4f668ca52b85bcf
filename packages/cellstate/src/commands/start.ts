/** `cellstate start`, which `npm start` calls: a first look that needs nothing but a minute. */
import { numberOption } from "../options.ts";
import type { StartArguments } from "../run/startArguments.ts";
import { type AddCommand, jsonOption } from "./common.ts";
import { threadsOption } from "./engineOptions.ts";

const EXAMPLES = `
Examples:
  $ cellstate start
  $ cellstate start diary.txt
  $ npm start -- diary.txt`;

export const addStart: AddCommand = (program, terminal) => {
  program
    .command("start")
    .summary("a first look: learns stories (or your text), writes, answers, shows its memory")
    .description(
      "Without files: learns small stories, answers questions about others that it has never seen, and draws what its " +
        "forget gate and memory cell did. With files: learns your text for about a minute, writes, and draws.",
    )
    .argument("[files...]", "texts in UTF-8, or folders of them")
    .option(
      "--out <model>",
      "where to write the model (default: stories.safetensors, or after the first file's name)",
    )
    .addOption(numberOption("--minutes <n>", "positive", "to learn your text").default(0.8))
    .addOption(numberOption("--seed <n>", "integer", "of everything random").default(1))
    .addOption(threadsOption())
    .addOption(jsonOption("print one JSON object with the result on standard output"))
    .addHelpText("after", EXAMPLES)
    .action(async (files: string[], options: StartArguments) => {
      const { startCommand } = await import("../run/startCommand.ts");
      await startCommand(files, options, terminal());
    });
};
