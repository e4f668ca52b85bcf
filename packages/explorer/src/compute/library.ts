/**
 * The models that are open in the worker, and what was last read with each: a trace is computed once for all views that look at it.
 */
import {
  type AnyModel,
  type AnyTask,
  CellstateError,
  createWasmEngine,
  decodeAnyModel,
  type Engine,
  type ExampleInput,
  hasTorchLayers,
  type LanguageModel,
  type Network,
  type RecurrentNetwork,
  readTorchLayers,
  type TorchLayers,
  type Trace,
  trace,
  type VectorInput,
} from "@cellstate/core";
import type { PageInput } from "../state/page.ts";
import type { Read } from "./questions.ts";
import { exampleFor } from "./taskInputs.ts";
import { rowsFrom } from "./typed.ts";

/** A model with what it reads: the two that core's `inspect` takes together. */
export type Subject =
  | { readonly family: "language"; readonly model: LanguageModel; readonly input: string }
  | {
      readonly family: "network";
      readonly model: Network;
      readonly task: AnyTask;
      readonly input: ExampleInput;
      /** The input as the task reads it. */
      readonly value: unknown;
    }
  | { readonly family: "layers"; readonly model: RecurrentNetwork; readonly input: VectorInput };

/** A file of ours, or recurrent layers of PyTorch's. */
export type LibraryModel =
  | (AnyModel & { readonly layers: null })
  | { readonly language: null; readonly network: null; readonly layers: TorchLayers };

interface Shelf {
  readonly model: LibraryModel;
  readonly name: string;
  /** What its built-in inputs are, as the task's own. */
  readonly samples: readonly unknown[];
  /** The latest first. */
  reads: readonly LibraryRead[];
}

interface LibraryRead {
  readonly key: string;
  readonly subject: Subject;
  readonly trace: Trace;
}

/** Two are looked at beside each other. */
const READS_KEPT = 2;

export class Library {
  readonly engine: Engine = createWasmEngine();
  readonly #shelves = new Map<string, Shelf>();

  /** @throws CellstateError for bytes that hold no model. */
  add(id: string, bytes: Uint8Array, name: string, samples: readonly unknown[]): LibraryModel {
    const known = this.#shelves.get(id);
    if (known) return known.model;
    const model = readModel(bytes, name);
    this.#shelves.set(id, { model, name, samples, reads: [] });
    return model;
  }

  close(id: string): void {
    this.#shelves.delete(id);
  }

  /** @throws CellstateError `option` for a model that is not open; `data` for an input that it cannot read. */
  subject({ model: id, input }: Read): Subject {
    return this.#read(id, input).subject;
  }

  /** All signals of all places over the input. */
  trace({ model: id, input }: Read): Trace {
    return this.#read(id, input).trace;
  }

  model(id: string): LibraryModel {
    return this.#shelf(id).model;
  }

  #shelf(id: string): Shelf {
    const shelf = this.#shelves.get(id);
    if (!shelf)
      throw new CellstateError("option", `no model ${id} is open: drop its file on the page`);
    return shelf;
  }

  #read(id: string, input: PageInput): LibraryRead {
    const shelf = this.#shelf(id);
    const key = JSON.stringify(input);
    const read = shelf.reads.find((each) => each.key === key) ?? this.#readAnew(shelf, input, key);
    const others = shelf.reads.filter((each) => each !== read);
    shelf.reads = [read, ...others].slice(0, READS_KEPT);
    return read;
  }

  #readAnew(shelf: Shelf, input: PageInput, key: string): LibraryRead {
    const subject = subjectFor(shelf, input);
    return { key, subject, trace: traceOf(subject, this.engine) };
  }
}

function readModel(bytes: Uint8Array, name: string): LibraryModel {
  if (hasTorchLayers(bytes, name)) {
    return { language: null, network: null, layers: readTorchLayers(bytes, name) };
  }
  return { ...decodeAnyModel(bytes, name), layers: null };
}

function subjectFor({ model, name, samples }: Shelf, input: PageInput): Subject {
  if (model.language !== null) {
    const text = input.kind === "sample" ? samples[input.sample] : input.text;
    if (typeof text !== "string") throw new CellstateError("option", `${name}: no such example`);
    if (text === "") throw new CellstateError("data", "the text is empty: type a few words");
    return { family: "language", model: model.language, input: text };
  }
  if (model.layers !== null) {
    if (input.kind === "sample") {
      throw new CellstateError("option", `${name}: no such example`);
    }
    const { network } = model.layers;
    const rows = rowsFrom(input.text, network.config.inputSize);
    const vectors = Float32Array.from(rows.flat());
    return { family: "layers", model: network, input: { vectors, steps: rows.length } };
  }
  const { task, network } = model.network;
  return {
    family: "network",
    model: network,
    task,
    ...exampleFor(model.network, input, samples, name),
  };
}

function traceOf(subject: Subject, engine: Engine): Trace {
  if (subject.family === "language") return trace(subject.model, engine, subject.input);
  if (subject.family === "layers") return trace(subject.model, engine, subject.input);
  return trace(subject.model, engine, subject.input);
}
