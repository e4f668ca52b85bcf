/** `--engine` and `--threads`, and the engine that a command opens by them. */
import {
  type LanguageModel,
  MOST_THREADS,
  type Network,
  WEIGHT_FORMATS,
  type WeightFormat,
} from "@cellstate/core";
import type { Option } from "commander";
import { ENGINES, type EngineAsked } from "../engine/kinds.ts";
import { type OpenedEngine, openEngine } from "../engine/open.ts";
import { choiceOption, sizeOption } from "../options.ts";
import { UsageError } from "../usageError.ts";

export interface EngineArguments {
  readonly engine?: EngineAsked;
  readonly threads?: number;
}

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
    "that share the work: the speed changes, not the result, but for last digits with blas (default: the machine's cores, where they pay)",
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

/** What a command asks of a model that is there. */
export interface Work {
  /** Sequences side by side. */
  readonly batchSize: number;
  /** That are read or written in all, about. */
  readonly tokens: number;
}

/**
 * Multiplications from which on other threads are started unasked: half a second of one core's work. To start one costs a tenth
 * to a fifth of a second, which is what a text of a few hundred characters takes to write.
 */
const WORTH_THREADS = 1e10;

/** One for what is soon done; else as many as there are. @param work Multiplications in all. */
export function threadsFor(work: number): number | undefined {
  return work < WORTH_THREADS ? 1 : undefined;
}

/** @throws UsageError for options that contradict each other; whatever `openEngine` throws. */
export function openFor(
  model: LanguageModel,
  given: EngineArguments,
  { batchSize, tokens }: Work,
): Promise<OpenedEngine> {
  const { hiddenSize } = model.config;
  const { engine: asked = "auto" } = given;
  const engine = asked === "auto" ? engineOf(model) : asked;
  checkEngineArguments({ ...given, engine });
  if (engine === "blas" && model.weightFormat === "int8") {
    throw new UsageError(
      "--engine blas: int8 weights are multiplied by wasm; leave the option out, or add --weights float32",
    );
  }
  const threads = given.threads ?? threadsFor(tokens * model.parameterCount);
  return openEngine({ engine, threads, shape: { hiddenSize, batchSize } });
}

/** The same for a network that is there. @param steps Of all inputs together, about. */
export function openForNetwork(
  { config, weights, parameters }: Network,
  given: EngineArguments,
  steps: number,
): Promise<OpenedEngine> {
  const { encoder, decoder, hidden } = config;
  const hiddenSize = Math.max(encoder?.hiddenSize ?? 0, decoder?.hiddenSize ?? 0, ...hidden, 1);
  const { engine: asked = "auto" } = given;
  const isExact = weights instanceof Float64Array;
  const engine = asked === "auto" && isExact ? "reference" : asked;
  checkEngineArguments({ ...given, engine });
  const threads = given.threads ?? threadsFor(steps * parameters.size);
  return openEngine({ engine, threads, shape: { hiddenSize, batchSize: 64 } });
}

/** A model of float64 was made by the reference engine, and is exact only there; products in integers are the wasm engine's own. */
function engineOf(model: LanguageModel): EngineAsked {
  if (model.weightFormat === "int8") return "wasm";
  return model.weights instanceof Float64Array ? "reference" : "auto";
}
