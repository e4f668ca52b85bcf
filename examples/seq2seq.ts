/**
 * seq2seq: a text in, another text out, of another length. Dates as people write them → dates as computers do.
 *
 * An encoder reads the whole input. A decoder writes the output character by character, told at each step what it wrote before,
 * and looks back at the encoder's steps by weights that say how much each matters now: attention. The weights are shown at the
 * end; where it writes the year, it looks at the year.
 *
 *     npm run example -- seq2seq [--quick]
 */
import {
  createWasmEngine,
  fitTransductionTask,
  learn,
  Predictor,
  RandomStream,
  splitByKey,
  streamKey,
  type Transduced,
  valuesAt,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "dates"));

const MONTHS =
  "january february march april may june july august september october november december".split(
    " ",
  );
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function ordinal(day: number): string {
  const ends: Record<number, string> = { 1: "st", 2: "nd", 3: "rd" };
  return `${day}${day > 3 && day < 21 ? "th" : (ends[day % 10] ?? "th")}`;
}

/** A day as somebody might write it, and its ISO form. */
function drawPair(): { written: string; iso: string } {
  const date = new Date(
    Date.UTC(1950 + random.integer(100), random.integer(12), 1 + random.integer(28)),
  );
  const [year, day] = [date.getUTCFullYear(), date.getUTCDate()];
  const month = MONTHS[date.getUTCMonth()];
  const weekday = WEEKDAYS[date.getUTCDay()];
  const two = (number: number) => `${number}`.padStart(2, "0");
  const forms = [
    `${day} ${month} ${year}`,
    `${month} ${ordinal(day)}, ${year}`,
    `${month.slice(0, 3)} ${day} ${year}`,
    `${weekday}, the ${ordinal(day)} of ${month} ${year}`,
    `${two(day)}.${two(date.getUTCMonth() + 1)}.${year}`,
    `${year}, ${month.slice(0, 3)} ${ordinal(day)}`,
  ];
  return { written: forms[random.integer(forms.length)], iso: date.toISOString().slice(0, 10) };
}

const pairs = Array.from({ length: quick ? 3000 : 8000 }, drawPair);
const [written, iso] = [pairs.map((pair) => pair.written), pairs.map((pair) => pair.iso)];

// Split by the day: a day that is learnt in one form must not be asked for in another.
const { training, held } = splitByKey(iso, 0.1, 1);
const examples = { inputs: valuesAt(written, training), targets: valuesAt(iso, training) };
const task = fitTransductionTask({ name: "dates", ...examples });
const engine = createWasmEngine();
const model = await learn(task, examples, {
  engine,
  length: { epochs: quick ? 6 : 8 },
  optimizer: { name: "adam", learningRate: 0.005 },
  model: { hiddenSize: quick ? 48 : 64, embeddingSize: 24, dropout: 0.1 },
  onEvent: (event) => {
    if (event.kind !== "validation") return;
    console.log(
      `epoch ${event.progress.epoch}: validation loss ${event.loss.toFixed(4)} a character`,
    );
  },
});

const predictor = new Predictor(model, engine);
const [inputs, truth] = [valuesAt(written, held), valuesAt(iso, held)];
const answers: Transduced[] = predictor.predict(inputs);
const right = answers.filter(({ text }, index) => text === truth.at(index)).length;
const share = ((100 * right) / truth.length).toFixed(1);
console.log(`right to the last character: ${share} % of ${truth.length} dates held out`);
for (let index = 0; index < 5; index++) {
  const { text, probability } = answers[index];
  console.log(`  ${inputs.at(index)} → ${text}  (${(100 * probability).toFixed(1)} % a character)`);
}

// Where each character was looked for: a row is a character written, a column one read; darker is more.
const { attention } = predictor.predictOne("sunday, the 14th of april 1974");
if (attention === null) throw new Error("this model has no attention to show");
const { source, target, weights } = attention;
const shade = (weight: number): string => " ·░▒▓█"[Math.min(5, Math.floor(6 * weight))];
const name = (token: string): string => (token.length > 1 ? "∎" : token); // the end's mark
console.log(`\n    ${source.map(name).join("")}`);
for (const [row, token] of target.entries()) {
  const looked = weights.subarray(row * source.length, (row + 1) * source.length);
  console.log(`  ${name(token)} ${Array.from(looked, shade).join("")}`);
}
