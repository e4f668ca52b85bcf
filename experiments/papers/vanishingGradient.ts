/**
 * How far back a loss is felt: ‖∂L/∂h[t]‖ and ‖∂L/∂c[t]‖ by distance from the loss, to 1,000 steps. A simple network multiplies by a
 * matrix and a slope at every step; the memory cell by its forget gate alone.
 */
import {
  createNetwork,
  createReferenceEngine,
  createWasmEngine,
  findCell,
  gradientFlow,
  type Network,
  NetworkEvaluator,
  trainNetwork,
} from "../../packages/core/src/index.ts";
import type { PaperTask, Run, RunOptions } from "../task.ts";
import { arithmeticTask } from "./addingSequences.ts";
import { vanishingReport } from "./vanishingGradientReport.ts";

export type VanishingSettings = {
  readonly cell: string;
  /** Of the gate that keeps; null for a cell without one, or the initialisation's own. */
  readonly forgetBias: number | "chrono" | null;
  readonly hiddenSize: number;
  readonly seed: number;
  /** Sequences of the adding problem (T = 100) that were learnt from; 0 for a network as it is drawn. */
  readonly sequences: number;
  /** The most distant lag that is looked at. */
  readonly lag: number;
  /** Sequences that gradients are followed through. */
  readonly followed: number;
};

export type VanishingResult = {
  /** Of the adding problem at T = 100, on 500 fresh sequences: the mean of the squares. */
  readonly error: number;
  readonly states: readonly StateDecay[];
};

export type StateDecay = {
  readonly name: string;
  /** [lag, norm as a share of that at lag 0], the geometric mean over the sequences; null where a norm is 0 to float64. */
  readonly norms: readonly (readonly [lag: number, norm: number | null])[];
  /**
   * The factor a step: of the line through the logarithms, from lag 0 to 1,000 or to where float64 ends. Geometric mean; null where in some sequence nothing came
   * back.
   */
  readonly rate: number | null;
  /** As rate, of the memory path alone: ∏ f. Null for a state without one, too. */
  readonly pathRate: number | null;
  readonly fittedTo: number;
};

export interface Kind {
  readonly name: string;
  readonly cell: string;
  readonly forgetBias: number | "chrono" | null;
}

/** A bias of 10 keeps 0.99995 a step, e⁻⁰·⁰⁵ over 1,000. */
export const KINDS: readonly Kind[] = [
  { name: "RNN", cell: "rnn", forgetBias: null },
  { name: "LSTM, forget bias 1", cell: "lstm", forgetBias: 1 },
  { name: "LSTM, chrono", cell: "lstm", forgetBias: "chrono" },
  { name: "LSTM, forget bias 10 (open)", cell: "lstm", forgetBias: 10 },
  { name: "GRU", cell: "gru", forgetBias: null },
];

const LAGS = [0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 700, 1000];
const SEEDS = 5;
const HIDDEN_SIZE = 32;
const TRAINED_LAG = 100;
const TRAINED_ON = 40_000;
const FRESH = 500;

export const vanishingGradient: PaperTask<VanishingSettings, VanishingResult> = {
  name: "vanishing-gradient",
  title: "The vanishing gradient",
  about:
    "The norm of the loss's gradient with respect to the state, by distance from the loss, for networks as they are drawn and after 40,000 sequences of adding two numbers among 100: RNN, LSTM and GRU of 32 units, in float64 on the reference engine.",
  source:
    "S. Hochreiter, 1991, Untersuchungen zu dynamischen neuronalen Netzen; Y. Bengio, P. Simard and P. Frasconi, 1994, Learning Long-Term Dependencies with Gradient Descent is Difficult; S. Hochreiter and J. Schmidhuber, 1997, Long Short-Term Memory",
  criterion:
    "The RNN's gradient falls exponentially: a rate a step below 1 with an interval over the seeds that excludes 1. The LSTM's with an open forget gate does not: over 1,000 steps it stays within a factor of 100 in every seed. “Open” is read in two ways, each judged: a bias of 10, and biases for lags as long as the task's (chrono).",
  published: ["jozefowicz15-bias"],

  runs({ seeds, quick }: RunOptions): readonly Run<VanishingSettings>[] {
    const runs: Run<VanishingSettings>[] = [];
    for (let seed = 1; seed <= (seeds ?? (quick ? 2 : SEEDS)); seed++) {
      for (const sequences of quick ? [0] : [0, TRAINED_ON]) {
        for (const { name, cell, forgetBias } of KINDS) {
          const sizes = quick
            ? { hiddenSize: 8, lag: 100, followed: 1 }
            : { hiddenSize: HIDDEN_SIZE, lag: 1000, followed: 8 };
          const settings = { cell, forgetBias, seed, sequences, ...sizes };
          const state = sequences > 0 ? "trained" : "untrained";
          runs.push({ key: `${name}, ${state}, seed ${seed}`, settings });
        }
      }
    }
    return runs;
  },

  async run(settings, say) {
    const network = networkOf(settings, "float32");
    const engine = createWasmEngine();
    const { sequences, seed, lag, followed } = settings;
    const short = arithmeticTask("sum", TRAINED_LAG, { isLearnt: () => false });
    if (sequences > 0) {
      const run = trainNetwork(network, {
        engine,
        examples: short.sequences(seed, "training", sequences),
        length: { epochs: 1 },
        batchSize: 32,
        optimizer: { name: "adam", learningRate: 0.005 },
        schedule: "cosine:0.05",
        clip: { norm: 1 },
        seed,
      });
      for await (const { progress } of run) {
        if (progress.step % 250 === 0) say(`${progress.step * 32} sequences`);
      }
    }
    const fresh = new NetworkEvaluator(network, engine, short.sequences(seed, "test", FRESH));
    const { loss } = fresh.evaluate();
    const exact = networkOf(settings, "float64");
    exact.weights = Float64Array.from(network.weights);
    const long = arithmeticTask("sum", lag, { isLearnt: () => false });
    const examples = long.sequences(seed, "test", followed);
    const reference = createReferenceEngine();
    const flows = Array.from({ length: followed }, (_, example) =>
      gradientFlow(exact, reference, { examples, example }),
    );
    const [{ states }] = flows[0].layers;
    const decays = states.map(({ name }, s): StateDecay => {
      const own = flows.map(({ layers }) => layers[0].states[s]);
      // At the loss itself a memory cell's gradient counts too: every row begins at its own 1. A state that the loss does not read begins a step later.
      const shares = LAGS.filter((at) => at <= lag).map((at): [number, number | null] => {
        const logs = own.map(({ norms, span }) => Math.log(norms[at] / norms[span?.from ?? 0]));
        const share = Math.exp(mean(logs));
        return [at, share > 0 ? significant(share) : null];
      });
      const paths = own.flatMap(({ path }) => (path ? [path.rate] : []));
      return {
        name,
        norms: shares,
        rate: rateOf(own.map(({ rate }) => rate)),
        pathRate: paths.length > 0 ? rateOf(paths) : null,
        fittedTo: Math.min(...own.map(({ span }) => span?.to ?? 0)),
      };
    });
    return { error: significant(loss), states: decays };
  },

  report: vanishingReport,
};

function networkOf(
  { cell, forgetBias, hiddenSize, seed, sequences, lag }: VanishingSettings,
  precision: "float32" | "float64",
): Network {
  const { ports } = arithmeticTask("sum", TRAINED_LAG, { isLearnt: () => false });
  return createNetwork(
    {
      ...{ ports, decoder: null, hidden: [], embeddingSize: 0, initialStates: "zero" },
      encoder: { cell: findCell(cell), hiddenSize, layers: 1, bidirectional: false },
      ...{ inputDropout: 0, dropout: 0, recurrentDropout: 0, zoneout: 0, memoryZoneout: 0 },
      labelSmoothing: 0,
    },
    // Chrono thinks of the lag that is asked for: of training, or where there is none, of what is looked at.
    { init: "default", forgetBias, chronoSteps: sequences > 0 ? TRAINED_LAG : lag, seed },
    precision,
  );
}

/** Their geometric mean, or null where one is not known. */
function rateOf(rates: readonly number[]): number | null {
  const rate = Math.exp(mean(rates.map((one) => Math.log(one))));
  return rate > 0 ? significant(rate, 7) : null;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const significant = (value: number, digits = 4): number => Number(value.toPrecision(digits));
