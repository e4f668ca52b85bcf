/**
 * The four shapes, each on data small enough to read: a network is made for each, learns for a moment, and answers.
 *
 *     npx node docs/guide/programs/shapes.ts
 */
import {
  createWasmEngine,
  fitGenerationTask,
  fitRowRegressionTask,
  fitTextClassificationTask,
  fitTransductionTask,
  learn,
  Predictor,
} from "cellstate";

const engine = createWasmEngine();
/** Few examples: all are learnt from, none is held out. */
const options = {
  engine,
  length: { epochs: 150 },
  validation: 0,
  model: { hiddenSize: 16 },
} as const;

// A row of numbers → a number: twice the one and three times the other.
{
  const inputs = Array.from({ length: 100 }, (_, n) => ({ a: n % 10, b: Math.floor(n / 10) }));
  const targets = inputs.map(({ a, b }) => 2 * a + 3 * b);
  const task = fitRowRegressionTask({ name: "sums", inputs, targets });
  const network = new Predictor(await learn(task, { inputs, targets }, options), engine);
  const { value } = network.predictOne({ a: 4.5, b: 6.5 });
  console.log(`vec2vec   2·4.5 + 3·6.5 → ${value.toFixed(1)}`);
}
// A text → a label.
{
  const inputs = ["good", "very good", "bad", "very bad", "so good", "so bad"];
  const targets = ["praise", "praise", "blame", "blame", "praise", "blame"];
  const task = fitTextClassificationTask({ name: "reviews", inputs, targets });
  const network = new Predictor(await learn(task, { inputs, targets }, options), engine);
  console.log(`seq2vec   "very very good" → ${network.predictOne("very very good").label}`);
}
// A text → another text, of another length.
{
  const inputs = ["1 2", "2 1", "1 1", "2 2", "1", "2"];
  const targets = ["one two", "two one", "one one", "two two", "one", "two"];
  const task = fitTransductionTask({ name: "digits", inputs, targets });
  const network = new Predictor(await learn(task, { inputs, targets }, options), engine);
  console.log(`seq2seq   "2 1" → ${network.predictOne("2 1").text}`);
}
// A label → a text.
{
  const inputs = ["India", "Norway", "Peru", "Egypt"];
  const targets = ["Delhi", "Oslo", "Lima", "Cairo"];
  const task = fitGenerationTask({ name: "capitals", inputs, targets });
  const network = new Predictor(await learn(task, { inputs, targets }, options), engine);
  console.log(`vec2seq   Norway → ${network.predictOne("Norway").text}`);
}
