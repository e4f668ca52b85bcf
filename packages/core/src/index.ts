/** The library's public API, on one screen. */

// Cells: equations and what follows from them
export type { Cell, CellAbout, GateBias, Initial } from "./cells/cell.ts";
export { defineCell } from "./cells/defineCell.ts";
export { EquationError } from "./cells/equationError.ts";
export type { ForgetBias } from "./cells/initialise.ts";
export { type InitName, parseInit } from "./cells/initialiseMatrix.ts";
export type { CellProgram, Signal, Width } from "./cells/program.ts";
export { typesetText } from "./cells/typeset.ts";
export { typesetMathml } from "./cells/typesetMathml.ts";
export { findCell, ZOO } from "./cells/zoo/index.ts";
// Data
export { splitDocuments, type TokenDocument } from "./data/documents.ts";
export type { Values } from "./data/examples.ts";
export type { NumberColumn, Table, TableColumn, TextColumn, TimeColumn } from "./data/table.ts";
export {
  type Encoded,
  TOKEN_KINDS,
  type TokenKind,
  UNKNOWN_WORD,
  Vocabulary,
} from "./data/vocabulary.ts";
// Engines
export {
  type CompiledPlan,
  type Engine,
  type OperationSpec,
  type PlanSpec,
  WEIGHT_FORMATS,
  type WeightFormat,
} from "./engines/engine.ts";
export { createReferenceEngine } from "./engines/reference/index.ts";
export type { Gemm, GemmLender } from "./engines/wasm/gemm.ts";
export { createWasmEngine, type WasmEngineOptions } from "./engines/wasm/index.ts";
// Numbers and errors
export { CellstateError, type ErrorCode } from "./errors.ts";
// Files
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./files/checkpoint.ts";
export { readSafetensors, writeSafetensors } from "./files/safetensors.ts";
// Inspection
export { type LayerTrace, type SignalTrace, type Trace, trace } from "./inspect/trace.ts";
// Models
export type { NetworkState } from "./models/carriedStates.ts";
export { type GenerateOptions, generate } from "./models/generate.ts";
export { gradientCheck } from "./models/gradientCheck.ts";
export {
  createLanguageModel,
  type InitialWeights,
  LanguageModel,
  type LanguageModelConfig,
  type TrainingRecord,
  type Weights,
} from "./models/languageModel.ts";
export {
  type DecodeOptions,
  decodeLanguageModel,
  encodeLanguageModel,
} from "./models/languageModelFile.ts";
export { LanguageStream } from "./models/languageStream.ts";
export {
  type JoinedStream,
  LanguageStreams,
  type LanguageStreamsOptions,
} from "./models/languageStreams.ts";
export { quantise, withWeights } from "./models/quantise.ts";
export {
  createRecurrentNetwork,
  RecurrentNetwork,
  type RecurrentNetworkConfig,
} from "./models/recurrentNetwork.ts";
export type {
  RecurrentRun,
  RecurrentRunner,
  RecurrentRunOptions,
  RecurrentVectors,
} from "./models/recurrentRunner.ts";
export type { RecurrentStream } from "./models/recurrentStream.ts";
export { Sampler, type SamplingOptions } from "./models/sampling.ts";
export { type Key, RandomStream, streamKey } from "./numbers/random.ts";
// Threads
export { MOST_THREADS } from "./threads/control.ts";
export {
  canShareMemory,
  type SpawnThread,
  startThreads,
  type ThreadHandle,
  Threads,
} from "./threads/threads.ts";
// Training
export { type Evaluation, Evaluator, evaluate } from "./training/evaluate.ts";
export {
  OPTIMIZERS,
  type OptimizerName,
  type OptimizerOptions,
  type ParameterGroup,
} from "./training/optimizers.ts";
export type { TrainingLength, TrainOptions } from "./training/options.ts";
export {
  NO_PROGRESS,
  type TrainingEvent,
  type TrainingProgress,
  type TrainingSnapshot,
  trainingLoss,
} from "./training/progress.ts";
export { parseSchedule, SCHEDULES } from "./training/schedules.ts";
export { train } from "./training/train.ts";
export type { Clipping } from "./training/updater.ts";
