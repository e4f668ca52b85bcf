/** From data and options to a run that is ready: a network of one of the four shapes, new or as a checkpoint left it. */
import {
  type AnyTask,
  CellstateError,
  createTaskModel,
  decodeTaskModel,
  type Engine,
  type Examples,
  encodeTaskModel,
  modelShape,
  type Network,
  networkConfigFor,
  parseInit,
  parseSchedule,
  TASK_TRAINING,
  type TrainingSnapshot,
  trainNetwork,
} from "@cellstate/core";
import { COMMAND_NAME } from "../commandName.ts";
import { resolveCell } from "../commands/common.ts";
import { checkEngineArguments, threadsFor } from "../commands/engineOptions.ts";
import type { Looked } from "../data/looked.ts";
import { chooseEngine, type EngineChoice } from "../engine/choose.ts";
import { shownPath } from "../files/fileError.ts";
import { describeNetwork } from "../shapes/describe.ts";
import { fitShape } from "../shapes/fit.ts";
import { judge } from "../shapes/judge.ts";
import { type Judgement, judgementJson, judgementLine } from "../shapes/judgement.ts";
import { readInputs } from "../shapes/readInputs.ts";
import type { Shaped } from "../shapes/shape.ts";
import { grouped } from "../terminal/text.ts";
import { VERSION } from "../version.ts";
import { type ReadRunCheckpoint, writeRunCheckpoint } from "./checkpoint.ts";
import { fingerprint } from "./fingerprint.ts";
import { typedSettings } from "./networkOptions.ts";
import { mergeNetworkSettings, NETWORK_DEFAULTS, type NetworkSettings } from "./networkSettings.ts";
import { type RunState, recordOf } from "./record.ts";
import { chooseToGoOn } from "./resumedEngine.ts";
import { settingsToGoOn } from "./resumedNetwork.ts";
import { suitedLength } from "./suitedLength.ts";
import type { TrainArguments } from "./trainArguments.ts";
import type { PreparedTraining, TestReport } from "./training.ts";

export interface NetworkBeginning {
  readonly path: string;
  readonly read: ReadRunCheckpoint<NetworkSettings>;
}

/**
 * @param began The checkpoint to go on from, or null.
 * @param begin Called when what was typed is found to make sense, before long work.
 * @throws UsageError, CellstateError as `prepareRun`.
 */
export async function prepareNetworkRun(
  files: readonly string[],
  looked: Exclude<Looked, { kind: "text" }>,
  given: TrainArguments,
  began: NetworkBeginning | null,
  begin: () => void,
): Promise<PreparedTraining> {
  checkEngineArguments(given);
  const { settings: asked, isLonger } =
    began === null
      ? { settings: mergeNetworkSettings(NETWORK_DEFAULTS, typedSettings(given)), isLonger: false }
      : settingsToGoOn(given, began.read.state.settings, began.path);
  parseInit(asked.init);
  parseSchedule(asked.schedule);
  const cells = cellsOf(asked);
  begin();
  const data = fingerprint(files);
  if (began !== null && data.sha256 !== began.read.state.sha256) {
    const names = began.read.state.files.map(({ name }) => name).join(", ");
    throw new CellstateError(
      "resume",
      `${shownPath(began.path)}: that run learnt from ${names}, and what is read now differs; give the same data, or train anew without --resume`,
    );
  }
  const shape = fitShape(looked, { ...asked, task: looked.task });
  const { task } = shape;
  const config = networkConfigFor(task, { ...sizesOf(asked), ...cells });
  const { length, work } = suitedLength(asked, shape.training, config);
  const resolved: NetworkSettings = { ...asked, ...length, task: looked.task };
  const widest = config.encoder?.hiddenSize ?? config.decoder?.hiddenSize ?? config.hidden[0] ?? 1;
  const { choice, engines, threads, notes } = engineOf(resolved, given, began, {
    hiddenSize: widest,
    batchSize: length.batchSize,
  });
  const settings: NetworkSettings = { ...resolved, engine: choice.kind };
  const precision = choice.kind === "reference" ? "float64" : "float32";
  const network =
    began === null
      ? createTaskModel(task, {
          ...{ ...sizesOf(asked), ...cells, precision },
          ...{ init: parseInit(asked.init), forgetBias: asked.forgetBias, seed: asked.seed },
        }).network
      : decodeTaskModel(Uint8Array.from(began.read.model), began.path).network;
  const resume = began === null ? null : snapshotOf(began, isLonger);
  const tested =
    settings.testFile === null ? null : await ownTest(shape, settings.testFile, network);
  const state: RunState<NetworkSettings> & { readonly data: object } = {
    ...{ cellstate: VERSION, settings, ...engines, ...data, from: null },
    data: shape.record,
  };
  const model = encodeTaskModel({ task, network });
  return {
    settings,
    length: lengthOf(settings),
    choice,
    resume,
    threads: began === null ? threadsFor(work) : threads,
    notes: [...looked.notes, ...shape.notes, ...notes],
    parameterCount: network.parameters.size,
    unit: unitOf(task, shape),
    about: { task: task.kind, shape: modelShape({ network }) },
    summary: (out) => [
      partsLine(shape, tested?.shown),
      `${shownPath(out)}: ${describeNetwork(network)}, ${grouped(network.parameters.size)} parameters; seed ${settings.seed}`,
    ],
    train: ({ engine, signal }) => trainEvents(network, shape, settings, resume, engine, signal),
    sampler: () => null,
    checkpoint: (snapshot, count) =>
      writeRunCheckpoint(
        choice.kind === "blas" ? { ...state, threads: count } : state,
        model,
        snapshot,
      ),
    encode: (result, engine) => {
      network.training = JSON.parse(JSON.stringify(recordOf(state, result)));
      return encodeTaskModel({ task: shape.finish(network, engine), network });
    },
    test: (engine) => {
      const judged = tested?.judge(engine) ?? shape.judgeTest(network, engine);
      return judged && reportOf(judged);
    },
    next: (shown) => nextCommand(task, shown, files),
    soFar: (shown) => `${shown} predicts as it learnt so far`,
  };
}

function cellsOf({ cell, decoderCell }: NetworkSettings) {
  return {
    cell: resolveCell(cell),
    ...(decoderCell === null ? {} : { decoderCell: resolveCell(decoderCell) }),
  };
}

/** What was asked for of a network's sizes; what was not is the task's affair. */
function sizesOf(settings: NetworkSettings) {
  const { hiddenSize, layers, bidirectional, attention, embeddingSize, dropout } = settings;
  const { recurrentDropout, zoneout, labelSmoothing } = settings;
  return {
    hiddenSize: hiddenSize ?? undefined,
    layers: layers ?? undefined,
    bidirectional: bidirectional ?? undefined,
    attention: attention ?? undefined,
    embeddingSize: embeddingSize ?? undefined,
    dropout: dropout ?? undefined,
    recurrentDropout: recurrentDropout ?? undefined,
    zoneout,
    labelSmoothing: labelSmoothing ?? undefined,
  };
}

interface ChosenEngine {
  readonly choice: EngineChoice;
  readonly engines: Pick<RunState, "engine" | "earlierEngines">;
  readonly threads: number | undefined;
  readonly notes: readonly string[];
}

function engineOf(
  { engine }: NetworkSettings,
  given: TrainArguments,
  began: NetworkBeginning | null,
  shape: { readonly hiddenSize: number; readonly batchSize: number },
): ChosenEngine {
  if (began === null) {
    const choice = chooseEngine({ engine, shape });
    return { choice, engines: { engine: choice.name }, threads: undefined, notes: [] };
  }
  const { path, read } = began;
  const { engine: name, earlierEngines = [], threads } = read.state;
  const choice = chooseToGoOn(given.engine, { kind: read.engineKind, name }, path);
  const same = choice.name === name;
  const before = same ? earlierEngines : [...earlierEngines, name];
  const { step } = read.snapshot.progress;
  const notes = [`going on from ${shownPath(path)} at step ${grouped(step)}`];
  if (!same) {
    notes.push(
      `with ${choice.name} from here, where it was ${name}: the last digits will differ from an undisturbed run's`,
    );
  }
  return {
    choice,
    engines: { engine: choice.name, ...(before.length > 0 ? { earlierEngines: before } : {}) },
    threads: same ? threads : undefined,
    notes,
  };
}

/** How many steps a longer run has is counted anew. */
function snapshotOf({ read: { snapshot } }: NetworkBeginning, isLonger: boolean): TrainingSnapshot {
  if (!isLonger) return snapshot;
  return { ...snapshot, progress: { ...snapshot.progress, totalSteps: 0, stale: 0 } };
}

async function* trainEvents(
  network: Network,
  { training, validation }: { readonly training: Examples; readonly validation: Examples | null },
  settings: NetworkSettings,
  resume: TrainingSnapshot | null,
  engine: Engine,
  signal: AbortSignal | undefined,
) {
  const { optimizer: name, learningRate, clipNorm, clipValue, scheduledSampling: most } = settings;
  // From always being told what is right to being told so by this share less, in equal steps.
  let total = resume?.progress.totalSteps ?? 0;
  const rate = (step: number): number => (total > 0 ? most * Math.min(1, step / total) : 0);
  const events = trainNetwork(network, {
    ...TASK_TRAINING,
    ...{ engine, signal, examples: training, validation: validation ?? undefined },
    ...{ resume: resume ?? undefined, length: lengthOf(settings), seed: settings.seed },
    batchSize: settings.batchSize ?? TASK_TRAINING.batchSize,
    optimizer: { name, learningRate },
    schedule: settings.schedule,
    clip: clipNorm !== null ? { norm: clipNorm } : clipValue !== null ? { value: clipValue } : null,
    patience: settings.patience ?? undefined,
    scheduledSampling: most > 0 ? rate : undefined,
  });
  for await (const event of events) {
    total = event.progress.totalSteps;
    yield event;
  }
}

function lengthOf({ epochs, steps, minutes }: NetworkSettings): PreparedTraining["length"] {
  return minutes !== null ? { minutes } : steps !== null ? { steps } : { epochs: epochs ?? 1 };
}

/** A file of one's own to test on, read before anything is learnt, so that what is wrong with it is said at once. */
async function ownTest(shape: Shaped, path: string, network: Network) {
  const data = await readInputs(shape.task, path, shape.record);
  const count = data.kind === "forecasting" ? data.table.rows : data.inputs.length;
  return {
    shown: `${grouped(count)}${data.kind === "forecasting" ? " rows" : ""} of ${shownPath(path)} to test it in the end`,
    judge: (engine: Engine): Judgement => {
      const task = shape.finish(network, engine);
      const finished =
        data.kind === "forecasting" && task.kind === "forecasting" ? { ...data, task } : data;
      return judge(finished, network, engine, shape.record);
    },
  };
}

function unitOf({ ports: { output } }: AnyTask, { unit }: Shaped): string {
  if (output.kind === "tokens") return "tokens";
  if (output.each === "sequence") return unit;
  return output.kind === "classes" ? "tags" : "steps";
}

function partsLine({ training, validation, testCount, unit }: Shaped, own?: string): string {
  const chosen = validation === null ? "" : `, ${grouped(validation.count)} to choose the best by`;
  const tested = testCount === 0 ? "" : `, ${grouped(testCount)} kept to test it in the end`;
  const file = own === undefined ? "" : `; ${own}`;
  return `${grouped(training.count)} ${unit} to learn from${chosen}${tested}${file}`;
}

function reportOf(judged: Judgement): TestReport {
  const { details, verdict } = judged;
  return {
    lines: [judgementLine(judged), ...details, ...(verdict === null ? [] : [verdict])],
    json: judgementJson(judged),
  };
}

function nextCommand({ kind }: AnyTask, shown: string, files: readonly string[]): string {
  if (kind === "generation") return `${COMMAND_NAME} generate ${shown} --from LABEL`;
  if (kind === "text-classification" || kind === "transduction") {
    return `${COMMAND_NAME} predict ${shown} --text "…"`;
  }
  return `${COMMAND_NAME} predict ${shown} ${shownPath(files[0])}`;
}
