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
export { type Row, rowsOf } from "./data/columns.ts";
export { splitDocuments, type TokenDocument } from "./data/documents.ts";
// Data
export type {
  Examples,
  InputPort,
  NetworkOutput,
  NumberHead,
  OutputPort,
  Ports,
  Sequences,
  Shape,
  TokenSequences,
  Values,
  VectorSequences,
  WrittenOutput,
} from "./data/examples.ts";
export {
  CLASS_WEIGHTS,
  type ClassWeights,
  checkLabels,
  countLabels,
  type LabelCounts,
} from "./data/labels.ts";
export { regularSeries, type Series } from "./data/series.ts";
export { guessSeason, showTime, stepWords, type TimeStep } from "./data/seriesTime.ts";
export {
  type IndexSplit,
  splitAtRandom,
  splitByKey,
  splitByLabel,
  splitByTime,
  valuesAt,
} from "./data/splits.ts";
export type { NumberColumn, Table, TableColumn, TextColumn, TimeColumn } from "./data/table.ts";
export {
  cutText,
  type Encoded,
  TOKEN_KINDS,
  type TokenKind,
  UNKNOWN_WORD,
  Vocabulary,
} from "./data/vocabulary.ts";
// Engines
export type { Sizes } from "./engines/cellTensors.ts";
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
export { type AblateOptions, ablate, type UnitEffect } from "./inspect/ablate.ts";
export { type ClampEffect, type ClampOptions, clamp } from "./inspect/clamp.ts";
export {
  compare,
  type LayerComparison,
  type SignalDistance,
  type TraceComparison,
} from "./inspect/compare.ts";
export {
  type AnswerMeasure,
  type ContextChange,
  type ContextChangeOptions,
  type ContextInput,
  type ContextInputs,
  type ContextRows,
  type ContextTexts,
  contextChange,
  type Forgetting,
  type ForgottenAfter,
  type LayerChange,
  LITTLE_OWED,
  MARKED_RATIO,
  type MemoryChange,
  type Pair,
  type StateChange,
  type UnitMemory,
} from "./inspect/contextChange.ts";
export {
  type ContextChanges,
  type ContextChangesOptions,
  contextChanges,
  type KeepEstimates,
  type MemoryEstimates,
  type StateEstimates,
} from "./inspect/contextChanges.ts";
export type { Decay, DecayVerdict } from "./inspect/decay.ts";
export type { ExpectationComparison } from "./inspect/expectations.ts";
export {
  type FindUnitsOptions,
  type FoundUnit,
  type FoundUnits,
  findUnits,
  type SignalScores,
} from "./inspect/findUnits.ts";
export {
  type GradientFlow,
  type GradientFlowOptions,
  gradientFlow,
  type LayerGradientFlow,
  type NormsByDistance,
  type StateGradientFlow,
} from "./inspect/gradientFlow.ts";
export type { Clamp } from "./inspect/held.ts";
export { type Histogram, histogram } from "./inspect/histogram.ts";
export type { Kept } from "./inspect/kept.ts";
export {
  type KeptState,
  type LayerLedger,
  type MemoryLedger,
  type MemoryLedgerOptions,
  memoryLedger,
  type StateLedger,
  type UnkeptState,
} from "./inspect/memoryLedger.ts";
export { orderUnits, UNIT_ORDERS, type UnitOrder } from "./inspect/orderUnits.ts";
export {
  type PlainTrace,
  type PlainWindow,
  plainSignal,
  plainTrace,
  signalFromPlain,
  traceFromPlain,
  transferablesOf,
} from "./inspect/plain.ts";
export {
  clampEffectFromPlain,
  ledgerFromPlain,
  type PlainClampEffect,
  type PlainKeptState,
  type PlainLedger,
  plainClampEffect,
  plainLedger,
} from "./inspect/plainResults.ts";
export {
  afterName,
  brackets,
  linePosition,
  PREDICATES,
  type Predicate,
  type PredicateStep,
  quotes,
  type StepLabels,
  type StepPredicate,
} from "./inspect/predicates.ts";
export {
  type BoundedSaturation,
  type LayerSaturation,
  type SaturationOptions,
  type SignalSaturation,
  saturation,
  type UnboundedSaturation,
} from "./inspect/saturation.ts";
export type {
  LanguageTraceWindow,
  LayerTrace,
  Numbers,
  PlainSignal,
  SignalTrace,
  TokenProbability,
  Trace,
  TracedInput,
  TracedPredictions,
  TracePlace,
  TraceWindow,
} from "./inspect/signals.ts";
export type { Outcome } from "./inspect/subject.ts";
export type {
  ExampleInput,
  InputOf,
  InspectedInput,
  InspectedModel,
  LanguageInput,
  VectorInput,
} from "./inspect/subjects.ts";
export { placesOf } from "./inspect/subjects.ts";
export { type TraceOptions, trace, traceWindows } from "./inspect/trace.ts";
export {
  type Overrides,
  type StepInput,
  type Walk,
  type WalkNode,
  type WalkNodeKind,
  type WalkOptions,
  walk,
  walkCell,
} from "./inspect/walk.ts";
// Layers
export { type CellWeights, readCellWeights } from "./layers/recurrent.ts";
// Metrics
export { bleu, bleuSums } from "./metrics/bleu.ts";
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapSums,
  type Estimate,
} from "./metrics/bootstrap.ts";
export { chrf, chrfSums } from "./metrics/chrf.ts";
export {
  accuracy,
  type ClassScores,
  type ConfusionMatrix,
  classScores,
  confusionMatrix,
  logLoss,
  macroF1,
} from "./metrics/classification.ts";
export {
  coverageSums,
  errorSums,
  mase,
  meanOf,
  pinballSums,
  type RegressionScores,
  regressionScores,
  seasonalNaiveError,
} from "./metrics/regression.ts";
export { type Sums, sumsOf, total } from "./metrics/sums.ts";
export {
  characterErrorRate,
  characterErrorSums,
  editDistance,
  exactMatch,
} from "./metrics/text.ts";
export type { NetworkState } from "./models/carriedStates.ts";
// Models
export { createNetwork } from "./models/createNetwork.ts";
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
export { Network } from "./models/network.ts";
export type { DecoderConfig, EncoderConfig, NetworkConfig } from "./models/networkConfig.ts";
export { decodeNetwork, encodeNetwork, type FiledNetwork } from "./models/networkFile.ts";
export {
  checkNetworkGradients,
  type NetworkGradientCheckOptions,
} from "./models/networkGradientCheck.ts";
export { NetworkRunner, type RunnerOptions } from "./models/networkRunner.ts";
export type { WritingOptions } from "./models/networkWriting.ts";
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
export { hasTorchLayers, readTorchLayers, type TorchLayers } from "./models/torchLayers.ts";
export { type Key, RandomStream, streamKey } from "./numbers/random.ts";
// Tasks: the four shapes
export { type AnyModel, decodeAnyModel } from "./tasks/anyModel.ts";
export type { LabelPrediction } from "./tasks/classes.ts";
export type { Survey, TrainingExamples } from "./tasks/coding.ts";
export { type Forecast, type ForecastInput, ForecastingTask } from "./tasks/forecasting.ts";
export {
  baselineForecasts,
  collectForecasts,
  persistence,
  seasonalNaive,
} from "./tasks/forecastingBaselines.ts";
export { calibrateForecasts } from "./tasks/forecastingCalibration.ts";
export { FORECAST_FORMS, type ForecastForm } from "./tasks/forecastingConfig.ts";
export {
  type FittedForecasting,
  type ForecastingOptions,
  fitForecasting,
} from "./tasks/forecastingFit.ts";
export { ForecastSeries, type ForecastWindow } from "./tasks/forecastingSeries.ts";
export {
  type Condition,
  fitGenerationTask,
  type GenerationOptions,
  type GenerationTask,
} from "./tasks/generation.ts";
export {
  type AnyTask,
  TASK_KINDS,
  type TaskKind,
  type TaskOf,
  taskFromJson,
} from "./tasks/index.ts";
export {
  type Labelled,
  type LearnOptions,
  learn,
  TASK_TRAINING,
  trainTask,
} from "./tasks/learn.ts";
export {
  ENOUGH_TO_CALIBRATE,
  type LearnForecastOptions,
  learnForecast,
} from "./tasks/learnForecast.ts";
export { type NetworkChoice, networkConfigFor } from "./tasks/networkChoice.ts";
export type { NumberPrediction } from "./tasks/numbers.ts";
export {
  fitRowClassificationTask,
  type RowClassificationOptions,
  type RowClassificationTask,
} from "./tasks/rowClassification.ts";
export {
  fitRowRegressionTask,
  type RowRegressionOptions,
  type RowRegressionTask,
} from "./tasks/rowRegression.ts";
export {
  fitSequenceClassificationTask,
  type SequenceClassificationOptions,
  type SequenceClassificationTask,
} from "./tasks/sequenceClassification.ts";
export {
  fitSequenceRegressionTask,
  type SequenceRegressionOptions,
  type SequenceRegressionTask,
} from "./tasks/sequenceRegression.ts";
export type { SeriesInput } from "./tasks/series.ts";
export { fitTaggingTask, type Tagged, type TaggingTask, type Tokens } from "./tasks/tagging.ts";
export type { PredictionOf, Task } from "./tasks/task.ts";
export {
  createTaskModel,
  decodeTaskModel,
  encodeTaskModel,
  modelShape,
  Predictor,
  type PredictorOptions,
  type TaskModel,
  type TaskModelOptions,
} from "./tasks/taskModel.ts";
export {
  fitTextClassificationTask,
  type TextClassificationOptions,
  type TextClassificationTask,
} from "./tasks/textClassification.ts";
export type { WrittenText } from "./tasks/texts.ts";
export {
  fitTransductionTask,
  type Transduced,
  type TransductionOptions,
  type TransductionTask,
} from "./tasks/transduction.ts";
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
export {
  NetworkEvaluator,
  type NetworkTrainOptions,
  trainNetwork,
} from "./training/trainNetwork.ts";
export type { Clipping } from "./training/updater.ts";
