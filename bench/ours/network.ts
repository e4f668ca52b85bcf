/** The bare recurrent layers of W4 and W5 here. */
import { lstm } from "../../packages/core/src/cells/zoo/index.ts";
import { RecurrentNetwork } from "../../packages/core/src/models/recurrentNetwork.ts";
import type { Case } from "../cases.ts";

export function networkOf({ I, H, L, weights }: Case): RecurrentNetwork {
  const network = new RecurrentNetwork({ cell: lstm, inputSize: I, hiddenSize: H, layers: L });
  const tensors = new Map(Object.entries(weights));
  for (let layer = 0; layer < L; layer++) {
    const bias = weights[`bias_l${layer}`];
    tensors.set(`bias_ih_l${layer}`, bias);
    tensors.set(`bias_hh_l${layer}`, { ...bias, data: new Float32Array(bias.data.length) });
  }
  network.load(tensors);
  return network;
}
