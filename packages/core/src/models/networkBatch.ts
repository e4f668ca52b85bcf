/** Examples into a plan's memory, and what the plan answers out of it. */
import type { ExampleBatch } from "../data/batches.ts";
import type { Examples, NetworkOutput } from "../data/examples.ts";
import type { Extent, Integers, Tensor } from "../engines/engine.ts";
import { isTensor } from "../layers/layer.ts";
import { exp } from "../numbers/portable.ts";
import { checkExamples, checkTokens } from "./networkExamples.ts";
import type { NetworkPlan } from "./networkPlan.ts";

/** What a call on these examples reaches to. */
export function extentOf({ count, steps, outputSteps }: ExampleBatch): Extent {
  return { batch: count, steps, outputSteps };
}

/** Rows of the heads. */
export function headRows({ network }: NetworkPlan, { count, steps, outputSteps }: ExampleBatch) {
  const { output } = network.config.ports;
  if (output.kind === "tokens" || output.each === "outputStep") return count * outputSteps;
  return output.each === "step" ? count * steps : count;
}

/**
 * Writes inputs, and what a decoder knows beforehand. Where there are targets, those too; else the losses mean nothing.
 *
 * @throws RangeError for examples that are not of the network's ports: see `checkExamples`.
 */
export function writeExamples(plan: NetworkPlan, examples: Examples, batch: ExampleBatch): void {
  const { lengths, decoder } = plan;
  const { integers } = plan.compiled;
  const { input, known, target } = examples;
  checkExamples(plan.network.config.ports, examples, batch);
  place(plan, plan.input, input, batch, batch.steps);
  if (lengths) {
    for (let b = 0; b < batch.count; b++) {
      integers[lengths.offset + b] = input.steps(batch.examples[b]);
    }
  }
  if (decoder?.known && known) place(plan, decoder.known, known, batch, batch.outputSteps);
  if (target) writeTargets(plan, examples, batch);
}

/** Time-major: step t of the batch's b-th example in row t · count + b. What is behind a sequence's end is 0. */
function place(
  { compiled }: NetworkPlan,
  to: Tensor | Integers,
  sequences: Examples["input"],
  { examples, count }: ExampleBatch,
  steps: number,
): void {
  const isVectors = isTensor(to);
  const memory = isVectors ? compiled.numbers : compiled.integers;
  const stride = isVectors ? to.stride : 1;
  memory.fill(0, to.offset, to.offset + steps * count * stride);
  for (let b = 0; b < count; b++) {
    sequences.copy(examples[b], memory, to.offset + b * stride, count * stride);
  }
  if (sequences.kind === "tokens") checkTokens(memory, to.offset, steps * count, sequences.size);
}

function writeTargets(plan: NetworkPlan, examples: Examples, batch: ExampleBatch): void {
  const { compiled, targets, rowWeights, decoder, network } = plan;
  const { numbers, integers } = compiled;
  const { output } = network.config.ports;
  const { target } = examples;
  if (!target) return;
  const { count } = batch;
  const rows = headRows(plan, batch);
  if (!isTensor(targets)) integers.fill(-1, targets.offset, targets.offset + rows);
  else numbers.fill(0, targets.offset, targets.offset + rows * targets.stride);
  const { offset: weightsAt, stride: weightStride } = rowWeights;
  for (let r = 0; r < rows; r++) numbers[weightsAt + r * weightStride] = 0;
  for (let b = 0; b < count; b++) {
    const example = batch.examples[b];
    const weight = examples.weight?.(example) ?? 1;
    if (isTensor(targets)) {
      target.copy(example, numbers, targets.offset + b * targets.stride, count * targets.stride);
    } else {
      target.copy(example, integers, targets.offset + b, count);
    }
    const steps = target.steps(example);
    for (let t = 0; t < steps; t++) numbers[weightsAt + (t * count + b) * weightStride] = weight;
  }
  if (target.kind === "tokens") checkTokens(integers, targets.offset, rows, target.size, -1);
  if (!decoder?.tokens || output.kind !== "tokens" || isTensor(targets)) return;
  // What the decoder is told is what it should have said a step before.
  const { offset } = decoder.tokens;
  for (let b = 0; b < count; b++) integers[offset + b] = output.start;
  for (let r = count; r < rows; r++) {
    const said = integers[targets.offset + r - count];
    integers[offset + r] = said < 0 ? output.end : said;
  }
}

/** What the plan answers to the batch's b-th example; its heads must have been computed. */
export function readOutput(
  plan: NetworkPlan,
  examples: Examples,
  batch: ExampleBatch,
  b: number,
): NetworkOutput {
  const { network, compiled } = plan;
  const { output } = network.config.ports;
  const example = batch.examples[b];
  const steps =
    output.kind === "tokens" || output.each === "outputStep"
      ? (examples.known ?? examples.target)?.steps(example)
      : output.each === "step"
        ? examples.input.steps(example)
        : 1;
  const answered = steps ?? 0;
  const heads = plan.heads.map(({ outputs }, index) => {
    const { offset, width, stride } = outputs;
    const values = new Float32Array(answered * width);
    for (let t = 0; t < answered; t++) {
      const at = offset + (t * batch.count + b) * stride;
      values.set(compiled.numbers.subarray(at, at + width), t * width);
    }
    const { loss } = network.heads[index];
    if (loss === null) softmaxRows(values, width);
    else if (loss.loss === "binaryCrossEntropy") sigmoidAll(values);
    return values;
  });
  const attention = plan.decoder?.attention;
  if (!attention) return { steps: answered, heads };
  const width = examples.input.steps(example);
  const weights = new Float32Array(answered * width);
  for (let s = 0; s < answered; s++) {
    const at = attention.offset + (s * batch.count + b) * attention.stride;
    weights.set(compiled.numbers.subarray(at, at + width), s * width);
  }
  return { steps: answered, heads, attention: weights };
}

function softmaxRows(values: Float32Array, width: number): void {
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let v = 0; v < width; v++) {
      row[v] = exp(row[v] - most);
      sum += row[v];
    }
    for (let v = 0; v < width; v++) row[v] /= sum;
  }
}

function sigmoidAll(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + exp(-values[i]));
}
