/** Files as PyTorch's layers give them, against what PyTorch computed with them; and what is wrong with others. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import {
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from "../../src/files/safetensors.ts";
import { hasTorchLayers, readTorchLayers } from "../../src/models/torchLayers.ts";
import { manifest } from "../golden/stack.ts";

/** Those of layers with tanh, whose input begins with the sequence and whose batches are of one length. */
const CASES = manifest.cases.filter(
  ({ name, config }) =>
    config.task === undefined &&
    config.num_layers !== undefined &&
    !/relu|packed|batch_first/.test(name),
);

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../golden/torch/${name}.safetensors`, import.meta.url)));

/** A file with some of its tensors changed; null leaves one out. */
function altered(
  name: string,
  change: Readonly<Record<string, StoredTensor | null>>,
): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>(readSafetensors(golden(name), name).tensors);
  for (const [tensor, value] of Object.entries(change)) {
    if (value === null) tensors.delete(tensor);
    else tensors.set(tensor, value);
  }
  return writeSafetensors(tensors, {});
}

describe.each(CASES)("$name", ({ name, config }) => {
  it("is read from its tensors alone, and computes PyTorch's outputs", () => {
    const bytes = golden(name);
    expect(hasTorchLayers(bytes, name)).toBe(true);
    const { tensors } = readSafetensors(bytes, name);
    const { network, others } = readTorchLayers(bytes, name);
    expect(network.config.layers).toBe(config.num_layers);
    expect(others).toContain("input");
    const [input, wanted] = ["input", "output"].map((each) => tensors.get(each));
    if (!input || !wanted) throw new Error("a golden case without its input");
    const [steps, batch] = input.shape;
    const run = network.run(createReferenceEngine(), Float64Array.from(input.data, Number), {
      steps,
      batch,
      ...(config.zero_initial_state ? {} : { state: statesFrom(tensors, network.layers.length) }),
    });
    let farthest = 0;
    run.outputs.forEach((value, n) => {
      farthest = Math.max(farthest, Math.abs(value - Number(wanted.data[n])));
    });
    // PyTorch's own float32 differs from float64 by 6e-7 at most.
    expect(farthest).toBeLessThan(1e-5);
    expect(run.outputs.length).toBe(wanted.data.length);
  });
});

describe("a state_dict", () => {
  it("of a module is found under its name, and the rest is told", () => {
    const { network, prefix, others } = readTorchLayers(golden("model_char_lm_lstm"), "lm");
    expect(prefix).toBe("rnn.");
    expect(network.config).toMatchObject({ inputSize: 4, hiddenSize: 6, layers: 1 });
    expect(others).toContain("embedding.weight");
    expect(others).toContain("grad.rnn.weight_ih_l0");
  });

  it("of a single cell has names without a layer", () => {
    const { network } = readTorchLayers(golden("lstmcell"), "cell");
    expect(network.config).toMatchObject({ inputSize: 4, hiddenSize: 5, layers: 1 });
  });

  it("without biases has zeros for them", () => {
    const bytes = altered("lstm_l1", { bias_ih_l0: null, bias_hh_l0: null });
    const { network } = readTorchLayers(bytes, "no-bias");
    expect(network.tensors().get("bias_hh_l0")?.data).toEqual(new Float32Array(20));
  });

  it("that this library has written is none of PyTorch's", () => {
    const tensors = readSafetensors(golden("lstm_l1"), "ours").tensors;
    const bytes = writeSafetensors(new Map(tensors), { format: "cellstate" });
    expect(hasTorchLayers(bytes, "ours")).toBe(false);
  });
});

describe("what does not fit", () => {
  const small = { shape: [20, 3], data: new Float32Array(60) };
  it.each([
    [{ weight_hh_l0: null }, "torch.st: tensor `weight_hh_l0` is missing"],
    [
      { weight_hh_l0: small },
      "torch.st: tensor `weight_ih_l0` is [20, 4]: with 3 units expected 12 rows (LSTM), 9 (GRU) or 3 (RNN)",
    ],
    [
      { bias_hh_l0: { shape: [15], data: new Float32Array(15) } },
      "torch.st: tensor `bias_hh_l0` is [15], the network's sizes need [20]",
    ],
    [
      { bias_hh_l0: { shape: [20], data: new Float32Array(20).fill(Number.NaN, 7) } },
      "torch.st: tensor `bias_hh_l0` holds NaN at element 7; weights must be finite, train the model anew",
    ],
    [{ bias_hh_l0: null }, "torch.st: tensor `bias_hh_l0` of shape [20] is missing"],
    [
      { weight_ih_l0: null, "grad.weight_ih_l0": null },
      "torch.st: no recurrent layers: expected tensors named `weight_ih_l0`, `weight_hh_l0` … as torch.nn.LSTM's state_dict has them",
    ],
  ] as const)("%#: is told by tensor and shape", (change, message) => {
    const bytes = altered("lstm_l1", change);
    expect(() => readTorchLayers(bytes, "torch.st")).toThrow(
      expect.objectContaining({ code: "file-format", message }),
    );
  });
});

/** [layers · directions, batch, units] as a network has them. */
function statesFrom(tensors: ReadonlyMap<string, StoredTensor>, layers: number) {
  const partsOf = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) return null;
    const each = tensor.data.length / layers;
    return Array.from({ length: layers }, (_, l) =>
      Float64Array.from(tensor.data.slice(l * each, (l + 1) * each) as Float32Array),
    );
  };
  const [h, c] = [partsOf("h0"), partsOf("c0")];
  return Array.from({ length: layers }, (_, l) => ({
    ...(h ? { h: h[l] } : {}),
    ...(c ? { c: c[l] } : {}),
  }));
}
