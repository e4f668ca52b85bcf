/** `--engine` and `--threads`, and the engine that a command opens by them. */
import { type LanguageModel, WEIGHT_FORMATS, type WeightFormat } from "@cellstate/core";
import type { Option } from "commander";
import { ENGINES, type EngineAsked } from "../engine/choose.ts";
import { type OpenedEngine, openEngine } from "../engine/open.ts";
import { choiceOption, sizeOption } from "../options.ts";
import { UsageError } from "../usageError.ts";

export interface EngineArguments {
  readonly engine?: EngineAsked;
  readonly threads?: number;
}

/** More than any machine that is made for this. */
const MOST_THREADS = 256;

export function engineOption(): Option {
  return choiceOption(
    "--engine <name>",
    ENGINES,
    "wasm (the same bits on every machine), blas (the machine's own matrix products), reference (plain, float64), " +
      "or auto: blas where it is faster (default: auto)",
  );
}

export function threadsOption(): Option {
  return sizeOption(
    "--threads <n>",
    "that share the work: the speed changes, not the result (default: the machine's cores)",
    MOST_THREADS,
  );
}

export interface WeightsArguments {
  readonly weights?: WeightFormat;
}

export function weightsOption(): Option {
  return choiceOption(
    "--weights <format>",
    WEIGHT_FORMATS,
    "int8 (rounded to 8 bits, computed in integers) or float32 (default: as the file has them)",
  );
}

/** @throws UsageError for an option that the engine would ignore. */
export function checkEngineArguments({ engine, threads }: EngineArguments): void {
  if (engine === "reference" && threads !== undefined && threads > 1) {
    throw new UsageError(
      `--threads ${threads}: the reference engine has one thread; leave the option out`,
    );
  }
}

/**
 * An engine for a model that is there.
 *
 * @param batchSize Sequences that the command computes side by side.
 */
export function openFor(
  model: LanguageModel,
  given: EngineArguments,
  batchSize: number,
): Promise<OpenedEngine> {
  const { hiddenSize } = model.config;
  const asked = { ...given, engine: given.engine ?? engineOf(model) };
  checkEngineArguments(asked);
  return openEngine({ ...asked, shape: { hiddenSize, batchSize } });
}

/** A model of float64 was made by the reference engine, and is exact only there; products in integers are the wasm engine's own. */
function engineOf(model: LanguageModel): EngineAsked {
  if (model.weightFormat === "int8") return "wasm";
  return model.weights instanceof Float64Array ? "reference" : "auto";
}
