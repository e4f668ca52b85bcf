/** From files and options to a run that is ready: a model that is new, another's, or as a checkpoint left it. */

import { existsSync } from "node:fs";
import {
  CellstateError,
  createLanguageModel,
  decodeLanguageModel,
  encodeLanguageModel,
  LanguageModel,
  parseInit,
  parseSchedule,
  splitDocuments,
  type TrainingSnapshot,
  train,
} from "@cellstate/core";
import { COMMAND_NAME } from "../commandName.ts";
import { resolveCell } from "../commands/common.ts";
import { checkEngineArguments } from "../commands/engineOptions.ts";
import { chooseEngine, type EngineChoice } from "../engine/choose.ts";
import type { EngineAsked } from "../engine/kinds.ts";
import { shownPath } from "../files/fileError.ts";
import { loadCheckpoint, loadModel, shellQuoted } from "../modelFiles.ts";
import { PRESETS } from "../presets.ts";
import { grouped } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { VERSION } from "../version.ts";
import { readRunCheckpoint, writeRunCheckpoint } from "./checkpoint.ts";
import { type Corpus, describeUnknown, readCorpus } from "./corpus.ts";
import {
  initialWeightsOf,
  LENGTHS,
  languageConfigOf,
  trainOptionsOf,
  withLength,
} from "./recipe.ts";
import { type RunState, recordOf } from "./record.ts";
import { chooseToGoOn } from "./resumedEngine.ts";
import { mergeSettings, SETTING_NAMES, SHAPE_NAMES, type TrainSettings } from "./settings.ts";
import { textSummary } from "./textSummary.ts";
import type { TrainArguments } from "./trainArguments.ts";
import type { PreparedTraining } from "./training.ts";
import { textSampler } from "./trainRun.ts";

/**
 * @throws UsageError where options contradict each other, the model of `--from`, or the checkpoint.
 * @throws CellstateError where a file cannot be read, is no text, or is not what the checkpoint was made with.
 */
export function prepareRun(
  files: readonly string[],
  given: TrainArguments,
  checkpointPath: string,
): PreparedTraining {
  checkEngineArguments(given);
  const typed = pickSettings(given);
  const preset = given.preset === undefined ? {} : PRESETS[given.preset].settings;
  const settings = mergeSettings(preset, typed);
  if (given.resume && existsSync(checkpointPath)) {
    return resumeRun(files, given, checkpointPath);
  }
  const notes = given.resume
    ? [`no ${shownPath(checkpointPath)} yet: beginning at the first step`]
    : [];
  checkNames(settings);
  if (given.from !== undefined) return fineTune(files, settings, typed, given.from, notes);

  const corpus = readCorpus(files, settings.tokens);
  const model = createLanguageModel(
    languageConfigOf(settings, resolveCell(settings.cell), corpus.vocabulary),
    initialWeightsOf(settings),
    precisionOf(settings),
  );
  return assemble({
    ...beginning(settings),
    names: files,
    model,
    corpus,
    resume: null,
    notes,
    from: null,
  });
}

/** The engine of a run that begins: `auto` is decided, once for all of it. */
function beginning(settings: TrainSettings): Pick<Parts, "settings" | "choice" | "engines"> {
  const { engine, hiddenSize, batchSize } = settings;
  const choice = chooseEngine({ engine, shape: { hiddenSize, batchSize } });
  return {
    settings: { ...settings, engine: choice.kind },
    choice,
    engines: { engine: choice.name },
  };
}

function resumeRun(
  files: readonly string[],
  given: TrainArguments,
  path: string,
): PreparedTraining {
  const typed = pickSettings(given);
  const {
    state,
    engineKind: kind,
    model: bytes,
    snapshot,
  } = readRunCheckpoint(loadCheckpoint(path), path);
  const model = decodeLanguageModel(bytes, path);
  assertSameBeginning(given, typed, state, model, path);
  const longer = LENGTHS.some(
    (name) => typed[name] !== undefined && typed[name] !== state.settings[name],
  );
  if (longer && typed.minutes !== undefined) {
    throw new UsageError(
      `--minutes ${typed.minutes}: a resumed run takes --epochs or --steps instead`,
    );
  }
  const corpus = readCorpus(files, model.vocabulary);
  if (corpus.sha256 !== state.sha256) {
    const names = state.files.map(({ name }) => name).join(", ");
    throw new CellstateError(
      "resume",
      `${path}: that run learnt from ${names}, and what is read now differs; ` +
        "give the same texts, or train anew without --resume",
    );
  }
  const { engine: name } = state;
  const choice = chooseToGoOn(typed.engine, { kind, name }, path);
  const same = choice.name === name;
  const settings: TrainSettings = {
    ...(longer ? mergeSettings(state.settings, typed) : state.settings),
    engine: choice.kind,
  };
  // How many steps there are now is counted anew.
  const resume = longer
    ? { ...snapshot, progress: { ...snapshot.progress, totalSteps: 0 } }
    : snapshot;
  const notes = [`going on from ${shownPath(path)} at step ${grouped(snapshot.progress.step)}`];
  if (!same) {
    notes.push(
      `with ${choice.name} from here, where it was ${name}: the last digits will differ from an undisturbed run's`,
    );
  }
  const { earlierEngines = [] } = state;
  const before = same ? earlierEngines : [...earlierEngines, name];
  const engines = {
    engine: choice.name,
    ...(before.length > 0 ? { earlierEngines: before } : {}),
  };
  const threads = same ? state.threads : undefined;
  const { from } = state;
  const parts = { model, settings, choice, engines, threads, corpus, resume, notes, from };
  return assemble({ ...parts, names: files });
}

/** What was typed may be left out or be what the run began with. @throws UsageError */
function assertSameBeginning(
  { preset, from }: TrainArguments,
  typed: Partial<TrainSettings>,
  { settings, from: source }: RunState,
  { config }: LanguageModel,
  path: string,
): void {
  const refuse = (what: string): never => {
    throw new UsageError(`${what}; leave the option out, or train anew without --resume`);
  };
  const began = `the run in ${path} began with`;
  for (const name of SETTING_NAMES) {
    const value = typed[name];
    if (value === undefined || value === settings[name] || LENGTHS.includes(name)) continue;
    if (name === "engine" && mayGoOnWith(value, settings.engine)) continue;
    refuse(`${optionOf(name)} ${value}: ${began} ${settings[name]}`);
  }
  if (typed.cell !== undefined && resolveCell(typed.cell).equations !== config.cell.equations) {
    refuse(`--cell ${typed.cell}: its equations are not those of the run in ${path}`);
  }
  if (from !== undefined && from !== source?.model) {
    refuse(`--from ${from}: ${began} ${source === null ? "new weights" : source.model}`);
  }
  if (preset === undefined) return;
  const asked = mergeSettings(PRESETS[preset].settings, typed);
  for (const name of SETTING_NAMES) {
    if (!(name in PRESETS[preset].settings) || LENGTHS.includes(name)) continue;
    // With --from the shape is the model's, whatever a preset says.
    if (source !== null && SHAPE_NAMES.some((shape) => shape === name)) continue;
    if (asked[name] === settings[name]) continue;
    refuse(`--preset ${preset}: ${began} ${optionOf(name)} ${settings[name]}`);
  }
}

/** An engine of the same precision may take over, where one asks for it. */
function mayGoOnWith(asked: unknown, began: EngineAsked): boolean {
  return asked === "auto" || (asked !== "reference" && began !== "reference");
}

function fineTune(
  files: readonly string[],
  settings: TrainSettings,
  typed: Partial<TrainSettings>,
  from: string,
  notes: readonly string[],
): PreparedTraining {
  for (const name of SHAPE_NAMES) {
    if (typed[name] === undefined) continue;
    throw new UsageError(
      `${optionOf(name)}: with --from it is what ${from} has; leave the option out`,
    );
  }
  const source = loadModel(from);
  if (source.weightFormat === "int8") {
    throw new UsageError(
      `--from ${from}: int8 weights cannot be trained; first: ` +
        `${COMMAND_NAME} convert ${shellQuoted(from)} OUT --weights float32`,
    );
  }
  const { config } = source;
  const dropout = typed.dropout ?? config.dropout;
  const model = new LanguageModel({ ...config, dropout }, precisionOf(settings));
  model.weights.set(source.weights);
  const corpus = readCorpus(files, source.vocabulary);
  const unknown = describeUnknown(corpus);
  return assemble({
    names: files,
    ...beginning({
      ...settings,
      dropout,
      cell: config.cell.name,
      hiddenSize: config.hiddenSize,
      layers: config.layers,
      embeddingSize: config.embeddingSize,
      tokens: source.vocabulary.kind,
    }),
    model,
    corpus,
    resume: null,
    notes: unknown === null ? notes : [...notes, `${shownPath(files.join(" "))}: ${unknown}`],
    from: { model: from, training: source.training },
  });
}

interface Parts {
  /** As typed. */
  readonly names: readonly string[];
  readonly model: LanguageModel;
  readonly settings: TrainSettings;
  readonly choice: EngineChoice;
  readonly engines: Pick<RunState, "engine" | "earlierEngines">;
  readonly threads?: number;
  readonly corpus: Corpus;
  readonly resume: TrainingSnapshot | null;
  readonly notes: readonly string[];
  readonly from: RunState["from"];
}

function assemble(parts: Parts): PreparedTraining {
  const { model, settings: asked, choice, engines, threads, corpus, resume, notes, from } = parts;
  const { names } = parts;
  const { validation: share, seed } = asked;
  const { training, validation } = splitDocuments(corpus.documents, share, seed);
  const settings = withLength(asked, training);
  const { files, sha256 } = corpus;
  const state: RunState = { cellstate: VERSION, settings, ...engines, files, sha256, from };
  // The model's shape and alphabet travel in the checkpoint; its weights there are those of the snapshot.
  const shape = encodeLanguageModel(model);
  const options = trainOptionsOf(settings);
  return {
    settings,
    length: options.length,
    choice,
    resume,
    notes,
    threads,
    parameterCount: model.parameterCount,
    unit: "tokens",
    about: {},
    summary: (out) => textSummary({ model, corpus, settings, validation, names }, out),
    train: ({ engine, signal }) =>
      train(model, {
        ...{ ...options, engine, signal, documents: training, validation },
        resume: resume ?? undefined,
      }),
    sampler: (engine) => textSampler(model, engine),
    checkpoint: (snapshot, count) =>
      writeRunCheckpoint(
        choice.kind === "blas" ? { ...state, threads: count } : state,
        shape,
        snapshot,
      ),
    encode: (result) => {
      model.training = recordOf(state, result);
      return encodeLanguageModel(model);
    },
    test: () => null,
    next: (shown) => `${COMMAND_NAME} generate ${shown}`,
    soFar: (shown) => `${shown} writes as it learnt so far`,
  };
}

function precisionOf({ engine }: TrainSettings): "float32" | "float64" {
  return engine === "reference" ? "float64" : "float32";
}

/** Names that only the library can check, checked before any file is read. */
function checkNames({ init, schedule }: TrainSettings): void {
  parseInit(init);
  parseSchedule(schedule);
}

function pickSettings(given: TrainArguments): Partial<TrainSettings> {
  const typed: Partial<Record<keyof TrainSettings, unknown>> = {};
  for (const name of SETTING_NAMES) if (given[name] !== undefined) typed[name] = given[name];
  return typed as Partial<TrainSettings>;
}

/** `hiddenSize` → `--hidden-size` */
function optionOf(setting: string): string {
  return `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
