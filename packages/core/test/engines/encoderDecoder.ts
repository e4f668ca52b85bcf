/**
 * An encoder with masks, lengths and both kinds of initial states, whose final state begins a decoder: everything that stands around
 * cells, in one plan, for tests of how it works together.
 */
import { regulariseCell } from "../../src/cells/regularise.ts";
import { gruResetBefore, lstm } from "../../src/cells/zoo/index.ts";
import { type CellLayoutOptions, layoutCell, positions } from "../../src/engines/cellTensors.ts";
import type {
  CellSpec,
  CompiledPlan,
  Engine,
  Extent,
  Integers,
  OperationSpec,
  Tensor,
} from "../../src/engines/engine.ts";
import { Layout } from "../../src/engines/layout.ts";
import { streamKey, uniform } from "../../src/numbers/random.ts";

const SIZES = { in: 3, units: 5, out: 5 };
/** Of the LSTM. */
const [C, H] = ["c", "h"].map((name) => lstm.program.states.findIndex((s) => s.name === name));

export class EncoderDecoder {
  readonly plan: CompiledPlan;
  readonly size: number;
  readonly extent: Required<Omit<Extent, "outputStart">>;
  readonly encoder: CellSpec;
  readonly decoder: CellSpec;
  /** [1, W], [B, W] */
  readonly initialHidden: Tensor;
  readonly initialMemory: Tensor;
  readonly initialHiddenGradient: Tensor;
  readonly initialMemoryGradient: Tensor;
  /** [B, W] */
  readonly finalMemory: Tensor;
  readonly finalMemoryGradient: Tensor;
  readonly #lengths: readonly number[];
  readonly #keys: readonly Integers[];

  /** @param loops Whether the decoder is done step by step. */
  constructor(engine: Engine, outputSteps: number, lengths: readonly number[], loops = false) {
    const layout = new Layout();
    const batch = lengths.length;
    const steps = Math.max(1, ...lengths);
    this.extent = { steps, batch, outputSteps };
    this.#lengths = lengths;
    const masked = regulariseCell(lstm, { recurrentDropout: true, zoneout: true });
    const options: CellLayoutOptions = { steps, batch, training: true };
    this.encoder = layoutCell(layout, masked.program, SIZES, { ...options, lengths: true });
    const decoder = layoutCell(layout, gruResetBefore.program, SIZES, {
      ...options,
      steps: outputSteps,
    });
    this.decoder = { ...decoder, over: "outputSteps" };

    const rows = (count = batch): Tensor => layout.tensor(count, SIZES.units);
    const [c0, dc0, h0, dh0] = [rows(), rows(), rows(1), rows(1)];
    const [c, dc, h, dh] = [rows(), rows(), rows(), rows()];
    this.initialMemory = c0;
    this.initialMemoryGradient = dc0;
    this.initialHidden = h0;
    this.initialHiddenGradient = dh0;
    this.finalMemory = c;
    this.finalMemoryGradient = dc;
    const over = "once";
    const begin = (
      { states, training }: CellSpec,
      state: number,
      [source, sourceGradient]: readonly [Tensor, Tensor],
    ): OperationSpec => {
      const { stateGradients } = trainingOf({ training });
      const gradients = { stateGradient: stateGradients[state], sourceGradient };
      const shared = source === h0;
      const tensors = { source, shared, state: states[state] };
      return { kind: "initialState", over, ...tensors, training: gradients };
    };
    const end = (state: number, output: Tensor, outputGradient: Tensor): OperationSpec => {
      const stateGradient = trainingOf(this.encoder).stateGradients[state];
      const tensors = { state: this.encoder.states[state], lengths: this.encoder.lengths ?? null };
      const training = { outputGradient, stateGradient };
      return { kind: "finalState", over, ...tensors, output, training };
    };
    const keys: Integers[] = [];
    const masks = (this.encoder.masks ?? []).map((output, m): OperationSpec => {
      const key = layout.integers(2);
      keys.push(key);
      const common = { kind: "mask", output, key, training: null } as const;
      return masked.program.masks[m].perStep
        ? { ...common, rate: 0.9, kept: 1 }
        : { ...common, over, rate: 0.25, kept: 4 / 3 };
    });
    this.#keys = keys;
    const operations: OperationSpec[] = [
      ...masks,
      begin(this.encoder, H, [h0, dh0]),
      begin(this.encoder, C, [c0, dc0]),
      this.encoder,
      end(H, h, dh),
      end(C, c, dc),
      begin(this.decoder, 0, [h, dh]),
      this.decoder,
    ];
    this.size = layout.size;
    const first = operations.length - 1;
    this.plan = engine.compile({
      ...this.extent,
      size: layout.size,
      operations,
      loops: loops ? [{ first, end: first + 1 }] : [],
    });
  }

  /** What the loss multiplies, and by what: outputs of both, and the encoder's last memory. */
  get outputs(): readonly (readonly [Tensor, Tensor])[] {
    const output = ({ program, states }: CellSpec): Tensor => states[program.output];
    return [
      [output(this.encoder), trainingOf(this.encoder).outputGradient],
      [output(this.decoder), trainingOf(this.decoder).outputGradient],
      [this.finalMemory, this.finalMemoryGradient],
    ];
  }

  /** What can be learned or given, and its gradients. */
  get inputs(): readonly (readonly [string, Tensor, Tensor])[] {
    const both = [this.encoder, this.decoder].flatMap((spec, n) => {
      const { weightGradients, vectorGradients, inputGradient } = trainingOf(spec);
      const name = n === 0 ? "encoder" : "decoder";
      return [
        ...spec.weights.map((tensor, k) => [`${name} W ${k}`, tensor, weightGradients[k]] as const),
        ...spec.vectors.map((tensor, k) => [`${name} b ${k}`, tensor, vectorGradients[k]] as const),
        [`${name} x`, vectorsOf(spec), inputGradient ?? vectorsOf(spec)] as const,
      ];
    });
    return [
      ...both,
      ["h[0]", this.initialHidden, this.initialHiddenGradient],
      ["c[0]", this.initialMemory, this.initialMemoryGradient],
    ];
  }

  /** Random numbers for all that is read. */
  fill(): this {
    const { numbers, integers } = this.plan;
    const given = [...this.inputs.map(([, tensor]) => tensor), ...this.outputs.map(([, d]) => d)];
    given.forEach((tensor, n) => {
      positions(tensor).forEach((at, i) => {
        numbers[at] = Math.fround(uniform(streamKey(1, n), i) - 0.5);
      });
    });
    integers.set(this.#lengths, this.encoder.lengths?.offset ?? 0);
    this.#keys.forEach(({ offset }, n) => {
      integers.set(streamKey(2, n), offset);
    });
    // The decoder's states are read by nothing behind it.
    for (const tensor of trainingOf(this.decoder).stateGradients) {
      for (const at of positions(tensor)) numbers[at] = 0;
    }
    return this;
  }

  forward(): this {
    this.plan.run("prepare", this.extent);
    this.plan.run("forward", this.extent);
    return this;
  }

  backward(): this {
    this.plan.run("backward", this.extent);
    this.plan.run("gradients", this.extent);
    return this;
  }

  /** All of the plan's memory, without scratch. */
  memory(): number[] {
    return [...this.plan.numbers.subarray(0, this.size)];
  }
}

function trainingOf({ training }: Pick<CellSpec, "training">) {
  if (!training) throw new TypeError("expected a plan that trains");
  return training;
}

function vectorsOf({ input }: CellSpec): Tensor {
  if (!("width" in input)) throw new TypeError("expected vectors");
  return input;
}
