/** A network with its initial weights. */
import { initialiseCell } from "../cells/initialise.ts";
import {
  initialiseBias,
  initialiseEmbedding,
  initialiseMatrix,
} from "../cells/initialiseMatrix.ts";
import { writeMatrix } from "../layers/parameters.ts";
import { writeCellWeights } from "../layers/recurrent.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import type { InitialWeights } from "./languageModel.ts";
import { Network } from "./network.ts";
import type { NetworkConfig } from "./networkConfig.ts";

/** A network with its initial weights, drawn from the seed, part by part. */
export function createNetwork(
  config: NetworkConfig,
  initial: InitialWeights,
  precision: "float32" | "float64" = "float32",
): Network {
  const network = new Network(config, precision);
  const { parameters, weights } = network;
  const { init, forgetBias, chronoSteps, seed } = initial;
  const streamOf = (what: string) => new RandomStream(streamKey(seed, "initial", what));
  const place = (index: number, drawn: Float64Array, transposed = false): void => {
    writeMatrix(weights, parameters.tensor(index), drawn, transposed);
  };
  for (const part of network.parts) {
    switch (part.kind) {
      case "embedding": {
        const { table, size, name } = part.layer;
        place(table, initialiseEmbedding(init, part.size, size, false, streamOf(`${name}.weight`)));
        break;
      }
      case "linear": {
        const { weight, bias, inputSize, outputSize, name } = part.layer;
        const stream = streamOf(`${name}.weight`);
        place(weight, initialiseMatrix(init, outputSize, inputSize, stream), true);
        const drawn =
          part.bias === null
            ? initialiseBias(init, outputSize, inputSize, streamOf(`${name}.bias`))
            : new Float64Array(outputSize).fill(part.bias);
        place(bias, drawn);
        break;
      }
      case "recurrent": {
        const { layer } = part;
        const key = streamKey(seed, "initial", layer.name);
        const options = { init, forgetBias: forgetBias ?? undefined, chronoSteps, key };
        const drawn = initialiseCell(layer.cell, layer.sizes, optionsFor(part.suffix, options));
        writeCellWeights(layer, parameters, drawn, weights);
        break;
      }
      case "vector": {
        const { width } = parameters.tensor(part.index);
        const drawn =
          part.value === null
            ? initialiseMatrix(init, 1, width, streamOf(part.name))
            : new Float64Array(width).fill(part.value);
        place(part.index, drawn);
        break;
      }
    }
  }
  return network;
}

/** A forget bias is for recurrent layers: a feed-forward one has no gate that forgets. */
function optionsFor<T extends { readonly forgetBias?: unknown }>(suffix: string, options: T): T {
  return suffix === "" ? { ...options, forgetBias: undefined } : options;
}
