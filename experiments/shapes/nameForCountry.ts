/**
 * vec2seq: a name for a country. What the country is worth: the loss beside that of a network of the same size that is not told it. And whether
 * the names are the country's: whether the classifier of names-by-country finds it in them, as it does in real names that it has not learnt.
 */
import {
  accuracy,
  bootstrap,
  bootstrapSums,
  classScores,
  confusionMatrix,
  createTaskModel,
  type Estimate,
  fitGenerationTask,
  type GenerationTask,
  NetworkEvaluator,
  Predictor,
  sumsOf,
  type TaskModel,
  trainTask,
} from "../../packages/core/src/index.ts";
import { figureOf, follow, mean, type ShapeExperiment, type ShapeRun } from "./common.ts";
import { countriesFound, type Names, splitNames, trainClassifier } from "./namesByCountry.ts";

const SEED = 1;
/** Chosen on training names: see `choice`. */
const NETWORK = { hiddenSize: 256, dropout: 0.5, recurrentDropout: 0.1 } as const;
const EPOCHS = 15;
const SCHEDULE = "cosine:0.02";
/** Names as likely as the network has them. */
const TEMPERATURE = 1;
/** Held-out names are judged in groups, one in so many to a group, from which the intervals of the losses are drawn. */
const GROUPS = 100;
/** Shown for each country. */
const SHOWN = 3;

export const nameForCountry: ShapeExperiment = {
  name: "name-for-country",
  about: "A name for a country, and whether a classifier finds the country in it; 5 minutes",
  data: ["names-by-country"],
  async run(options) {
    const { engine } = options;
    const names = splitNames(options.quick);
    const { countries, test } = names;
    const told = await learn(names, false, options);
    const untold = await learn(names, true, options);
    const less = difference(untold.losses, told.losses);

    const classifier = await trainClassifier(names, SEED, options);
    const writing = { sampling: { temperature: TEMPERATURE, seed: SEED } };
    const predictor = new Predictor(told.model, engine, { writing });
    // A name for each held-out name's country: the same countries, as often.
    const written = predictor.predict(test.targets).map(({ text }) => text);
    const truth = Int32Array.from(test.targets, (country) => countries.indexOf(country));
    const judge = (texts: readonly string[]) => {
      const found = countriesFound(classifier.model, engine, texts, countries);
      const confusion = (sample?: Int32Array) =>
        confusionMatrix(truth, found, countries.length, sample);
      const estimate = (of: (sample: Int32Array) => number) =>
        bootstrap(truth.length, of, { seed: SEED });
      return {
        overall: estimate((sample) => accuracy(confusion(sample))),
        perCountry: estimate((sample) => meanRecall(confusion(sample))),
        byCountry: Object.fromEntries(
          classScores(confusion()).map(({ recall }, i) => [countries[i], recall]),
        ),
      };
    };
    const real = judge(test.inputs);
    const generated = judge(written);
    const learnt = new Set(names.training.inputs);
    const copied = mean(written.map((name) => (learnt.has(name) ? 1 : 0)));

    const common = {
      shape: "vec2seq",
      task: "a name for a country",
      data: `names-by-country: ${names.training.inputs.length} names, ${test.inputs.length} others`,
      seeds: [SEED],
      parameters: told.model.network.parameterCount,
      settings: `LSTM, one layer of ${NETWORK.hiddenSize}, dropout ${NETWORK.dropout}, recurrent dropout ${NETWORK.recurrentDropout}, Adam 0.003, ${SCHEDULE}, batches of 32, ${EPOCHS} epochs`,
    } as const;
    const half = (ours: Estimate, theirs: Estimate) => ours.value >= theirs.value / 2;
    const found = (what: string, key: "overall" | "perCountry", seconds: number) => ({
      ...common,
      measure: `names in which the classifier finds the country, ${what}`,
      ours: figureOf(generated[key], "share"),
      beside: [{ name: "real names", ...figureOf(real[key], "share") }],
      limit: { text: "half as often as in real names", met: half(generated[key], real[key]) },
      seconds,
    });
    return {
      choice:
        "of four (128 or 256 units, dropout on outputs, inputs and states) by the loss on a fifth of the training names, 1.971 nats; not told the country, the same settings",
      rows: [
        {
          ...common,
          measure: "loss, nats a character (the end is one)",
          ours: figureOf(lossOf(told.losses)),
          beside: [{ name: "not told the country", ...figureOf(lossOf(untold.losses)) }],
          limit: { text: "below the network that is not told", met: less.value > 0 },
          seconds: told.seconds + untold.seconds,
        },
        found("of all names", "overall", classifier.seconds),
        found("mean of the countries", "perCountry", 0),
      ],
      notes: [
        `The country takes ${less.value.toFixed(3)} [${less.low.toFixed(3)}, ${less.high.toFixed(3)}] nats off each character; the network that is not told it has ${untold.model.network.parameterCount.toLocaleString("en")} parameters.`,
        `One name was drawn for each held-out name's country, at temperature ${TEMPERATURE}; ${(100 * copied).toFixed(1)} % of them stand among the names learnt from. The first ${SHOWN} of each:`,
        "",
        ...countries.map((country, i) => {
          const first = written.filter((_, at) => truth[at] === i).slice(0, SHOWN);
          const share = (by: Readonly<Record<string, number>>) => (100 * by[country]).toFixed(0);
          return `- ${country}: ${first.join(", ")}; found in ${share(generated.byCountry)} % of those generated, ${share(real.byCountry)} % of the real ones`;
        }),
      ],
      details: {
        network: NETWORK,
        epochs: EPOCHS,
        losses: { told: lossOf(told.losses), untold: lossOf(untold.losses), less },
        generated,
        real,
        copied,
      },
    };
  },
};

interface Learnt {
  readonly model: TaskModel<GenerationTask>;
  /** By group of held-out names: characters with their ends, and their loss in nats. */
  readonly losses: readonly (readonly [number, number])[];
  readonly seconds: number;
}

async function learn(
  { training, test }: Names,
  unconditional: boolean,
  { engine, quick, tell }: ShapeRun,
): Promise<Learnt> {
  const data = { inputs: training.targets, targets: training.inputs };
  const task = fitGenerationTask({ name: "names-by-country", ...data }, { unconditional });
  const model = createTaskModel(task, { ...NETWORK, seed: SEED });
  const run = trainTask(model, data, null, {
    engine,
    seed: SEED,
    length: { epochs: quick ? 1 : EPOCHS },
    schedule: SCHEDULE,
  });
  const what = unconditional ? "not told the country" : "told the country";
  const { seconds } = await follow(run, what, tell);
  const groups = Math.min(GROUPS, test.inputs.length);
  const losses = Array.from({ length: groups }, (_, group) => {
    const isOf = (__: unknown, i: number) => i % groups === group;
    const inputs = test.targets.filter(isOf);
    const targets = test.inputs.filter(isOf);
    const examples = task.encode(inputs, targets, "held-out names");
    const { loss } = new NetworkEvaluator(model.network, engine, examples).evaluate();
    const steps = targets.reduce((sum, _name, i) => sum + (examples.target?.steps(i) ?? 0), 0);
    return [steps, steps * loss] as const;
  });
  return { model, losses, seconds };
}

function lossOf(losses: Learnt["losses"]): Estimate {
  return bootstrapSums(sumsOf(losses, 2), ([steps, loss]) => loss / steps, { seed: SEED });
}

/** What the second takes off the first's loss, on the same resampled groups. */
function difference(one: Learnt["losses"], other: Learnt["losses"]): Estimate {
  const rows = one.map(([steps, loss], i) => [steps, loss - other[i][1]]);
  return bootstrapSums(sumsOf(rows, 2), ([steps, less]) => less / steps, { seed: SEED });
}

/** The mean over the countries that occur of the share that was found. */
function meanRecall(confusion: Parameters<typeof classScores>[0]): number {
  return mean(
    classScores(confusion)
      .filter(({ support }) => support > 0)
      .map(({ recall }) => recall),
  );
}
