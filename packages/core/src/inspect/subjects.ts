/** Which models can be looked at, with which inputs: the way from them to a `Subject`. */
import { LanguageModel } from "../models/languageModel.ts";
import { Network } from "../models/network.ts";
import { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import { type LanguageInput, languageSubject } from "./languageSubject.ts";
import { type ExampleInput, networkSubject } from "./networkSubject.ts";
import { networkLayers, placeOf } from "./places.ts";
import { recurrentSubject, type VectorInput } from "./recurrentSubject.ts";
import type { TracePlace } from "./signals.ts";
import type { Subject } from "./subject.ts";

export type { ExampleInput, LanguageInput, VectorInput };

export type InspectedModel = LanguageModel | Network | RecurrentNetwork;

/** A text or tokens for a language model, an example for a network, vectors for layers alone. */
export type InspectedInput = LanguageInput | ExampleInput | VectorInput;

/** What a model of this family reads. */
export type InputOf<M extends InspectedModel> = M extends LanguageModel
  ? LanguageInput
  : M extends Network
    ? ExampleInput
    : VectorInput;

/** @throws TypeError for what is no model, or an input of another family than the model's; and what is said at each family's subject. */
export function subjectOf(model: InspectedModel, input: InspectedInput): Subject {
  if (model instanceof LanguageModel) {
    if (typeof input === "string" || isTokens(input)) return languageSubject(model, input);
    throw new TypeError("a language model reads a text or tokens; got something else");
  }
  if (model instanceof Network) {
    if (isObject(input) && "examples" in input) return networkSubject(model, input);
    throw new TypeError("a network reads an example: { examples, example }");
  }
  if (!(model instanceof RecurrentNetwork)) {
    throw new TypeError(
      "model: expected a LanguageModel, a Network or a RecurrentNetwork; of a task's model give its network",
    );
  }
  if (isObject(input) && "vectors" in input) return recurrentSubject(model, input);
  throw new TypeError("recurrent layers read vectors: { vectors, steps }");
}

/** Where the model's recurrent layers are, before anything is computed: as a trace has them. */
export function placesOf(model: InspectedModel): TracePlace[] {
  if (model instanceof LanguageModel) return model.recurrent.map(placeOf);
  return (model instanceof Network ? networkLayers(model) : model.layers).map(placeOf);
}

function isObject(input: InspectedInput): input is Exclude<InspectedInput, string> {
  return typeof input === "object" && input !== null;
}

function isTokens(input: InspectedInput): input is readonly number[] | Int32Array {
  return Array.isArray(input) || input instanceof Int32Array;
}
