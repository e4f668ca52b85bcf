/** The character models of W1, W2 and W3 here. */
import { lstm } from "../../packages/core/src/cells/zoo/index.ts";
import { Vocabulary } from "../../packages/core/src/data/vocabulary.ts";
import { LanguageModel } from "../../packages/core/src/models/languageModel.ts";
import { placeTensors } from "../../packages/core/src/models/languageModelFile.ts";
import type { Case } from "../cases.ts";

export function characterModel({ I, H, L, weights }: Case): LanguageModel {
  const items = Array.from({ length: I }, (_, i) => String.fromCodePoint(0x4e00 + i));
  const model = new LanguageModel({
    cell: lstm,
    vocabulary: new Vocabulary("characters", items),
    hiddenSize: H,
    layers: L,
    embeddingSize: 0,
    projectionSize: null,
    dropout: 0,
    tieWeights: false,
  });
  placeTensors(model, {
    take: (tensor, shape) => {
      const name = caseName(tensor);
      return name === null
        ? new Float32Array(shape.reduce((a, b) => a * b, 1))
        : weights[name].data;
    },
    label: (tensor) => tensor,
  });
  return model;
}

/** The case's name for a tensor; it has one bias a layer, PyTorch's second is zero. */
function caseName(tensor: string): string | null {
  if (tensor.startsWith("rnn.bias_hh")) return null;
  const named = tensor.replace("rnn.bias_ih", "bias").replace("rnn.", "");
  return named.replace(/linear\.(.*)/, "$1_out");
}
