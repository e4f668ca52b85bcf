/**
 * A network of one's own: a cell from its equations as encoder, a GRU as decoder, and data that no task describes.
 *
 * The other examples fit a task, which turns labels and texts into numbers. Below that is `Network`: it has ports (what goes in,
 * what comes out) and reads `Examples`, which are numbers already. This one reads letters and writes them sorted, beginning
 * with the first in the alphabet.
 *
 *     npm run example -- ownNetwork [--quick]
 */
import {
  createNetwork,
  createWasmEngine,
  defineCell,
  type Examples,
  findCell,
  gradientCheck,
  NetworkRunner,
  type Ports,
  RandomStream,
  streamKey,
  type TokenSequences,
  trainNetwork,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "letters"));

// A cell is its equations; its parameters, its derivative and its kernels follow. This one forgets by one gate.
const leaky = defineCell(`
  k = sigmoid(W_k·[h[t-1], x[t]] + b_k)                      # how much to keep
  h[t] = k * h[t-1] + (1 - k) * tanh(W_h·[h[t-1], x[t]] + b_h)
`);
const { passed } = gradientCheck(leaky);
console.log(`its derivative agrees with central differences: ${passed ? "yes" : "no"}`);

// Letters are the numbers 0 to 9; what is written has two more tokens, which mark where it starts and ends.
const LETTERS = "abcdefghij";
const START = LETTERS.length;
const END = START + 1;
const ports: Ports = {
  input: { kind: "tokens", size: LETTERS.length },
  output: { kind: "tokens", size: LETTERS.length + 2, start: START, end: END },
};

/** Sequences are asked for when a batch is made; they may lie in memory, as here, in a file, or be made up on the spot. */
function sequences(of: readonly (readonly number[])[], size: number): TokenSequences {
  return {
    kind: "tokens",
    size,
    steps: (example) => of[example].length,
    copy: (example, into, at, stride) => {
      for (const [t, token] of of[example].entries()) into[at + t * stride] = token;
    },
  };
}

function drawExamples(count: number): Examples & { readonly letters: readonly number[][] } {
  const letters = Array.from({ length: count }, () =>
    Array.from({ length: 3 + random.integer(6) }, () => random.integer(LETTERS.length)),
  );
  const sorted = letters.map((each) => [...each.toSorted((a, b) => a - b), END]);
  return {
    letters,
    count,
    input: sequences(letters, LETTERS.length),
    known: null,
    target: sequences(sorted, LETTERS.length + 2),
  };
}

const network = createNetwork(
  {
    ports,
    encoder: { cell: leaky, hiddenSize: quick ? 32 : 48, layers: 1, bidirectional: true },
    decoder: { cell: findCell("gru"), hiddenSize: 64, layers: 1, attention: "additive" },
    embeddingSize: 16,
    hidden: [], // feed-forward layers, for a vector input
    initialStates: "zero",
    inputDropout: 0,
    dropout: 0,
    recurrentDropout: 0,
    zoneout: 0,
    memoryZoneout: 0,
    labelSmoothing: 0,
  },
  { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
);
console.log(`${network.parameterCount.toLocaleString("en")} learned numbers`);

const engine = createWasmEngine();
const steps = quick ? 600 : 1500;
const run = trainNetwork(network, {
  engine,
  examples: drawExamples(quick ? 4000 : 20_000),
  length: { steps },
  optimizer: { name: "adam", learningRate: 0.005 },
  schedule: "cosine:0.05",
  clip: { norm: 1 },
  // In training a decoder is told the right letter before; here more and more often its own, as when it writes alone.
  scheduledSampling: (step) => (0.25 * step) / steps,
});
for await (const event of run) {
  const { step } = event.progress;
  if (event.kind === "step" && step % (steps / 5) === 0) {
    console.log(`step ${step}: loss ${event.loss.toFixed(3)} a letter`);
  }
}

const test = drawExamples(500);
const runner = new NetworkRunner(network, engine);
const name = (tokens: readonly number[]): string => tokens.map((token) => LETTERS[token]).join("");
// Greedy takes the likeliest letter each time; a beam pursues some words side by side and keeps the likeliest. Long words are not
// to be favoured here (lengthPenalty), since how long the answer is, is not in doubt.
for (const beamSize of [1, 4]) {
  const answers = runner.write(
    { ...test, target: null },
    { mostSteps: 12, beamSize, lengthPenalty: 0 },
  );
  const isSorted = ({ tokens }: { tokens: readonly number[] }, index: number): boolean =>
    name(tokens) === name(test.letters[index].toSorted((a, b) => a - b));
  const share = (100 * answers.filter(isSorted).length) / test.count;
  console.log(
    `${beamSize === 1 ? "greedy" : `beam of ${beamSize}`}: ${share.toFixed(1)} % sorted without a fault`,
  );
  if (beamSize > 1) continue;
  for (let index = 0; index < 4; index++) {
    console.log(`  ${name(test.letters[index])} → ${name(answers[index].tokens)}`);
  }
}
