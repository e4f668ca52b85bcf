/** `cellstate convert MODEL OUT`: the same model with its weights kept otherwise. */
import { statSync } from "node:fs";
import { CellstateError, WEIGHT_FORMATS, type WeightFormat } from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { loadAnyModel, saveModelBeside } from "../modelFiles.ts";
import { choiceOption } from "../options.ts";
import { assertReplaceable } from "../run/replaceable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson } from "./common.ts";

interface ConvertArguments {
  readonly weights: WeightFormat;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ cellstate convert tinyshakespeare.safetensors small.safetensors --weights int8
  $ cellstate convert small.safetensors again.safetensors --weights float32

With int8 a matrix is kept in 8 bits with a scale a row: a quarter of the file, and products in integers, for a loss
that is next to nothing. It can be run, not trained. Back in float32 it can be trained again; what was rounded stays so.`;

export const addConvert: AddCommand = (program, terminal) => {
  program
    .command("convert")
    .summary("keep a model's weights otherwise: int8, a quarter of the file")
    .description("Writes a model with its weights kept otherwise.")
    .argument("<model>", "a model's file")
    .argument("<out>", "where the converted one goes; a model of that name is kept under a number")
    .addOption(
      choiceOption(
        "--weights <format>",
        WEIGHT_FORMATS,
        "int8 (a quarter of the file), or float32",
      ).makeOptionMandatory(),
    )
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((path: string, out: string, options: ConvertArguments) =>
      run(path, out, options, terminal()),
    );
};

function run(
  path: string,
  out: string,
  { weights, json }: ConvertArguments,
  terminal: Terminal,
): void {
  assertReplaceable(out, [], "OUT");
  const { language: model } = loadAnyModel(path, { weights });
  if (model === null) {
    throw new CellstateError(
      "option",
      `${shownPath(path)}: holds a network; --weights converts language models only`,
    );
  }
  const before = statSync(path).size;
  const kept = saveModelBeside(out, model);
  const after = statSync(out).size;
  if (kept !== null) terminal.err.line(`kept an earlier ${out} as ${kept}`);
  if (json) {
    printJson(terminal, { model: path, out, weights, bytes: { before, after }, kept });
    return;
  }
  const share = `${((100 * after) / before).toFixed(0)} % of the ${grouped(before)} of ${path}`;
  terminal.out.line(`${out}: ${weights} weights, ${grouped(after)} bytes, ${share}`);
}
