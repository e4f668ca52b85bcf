/**
 * vec2seq: something of fixed size in, a sequence out. A word that nobody has heard, for a place on the map of a game.
 *
 * A decoder begins with what the kind of place says, and writes letter by letter until it writes the end. The likeliest word
 * for a kind would always be the same; so letters are drawn by chance, each as probable as the network finds it.
 *
 *     npm run example -- vec2seq [--quick]
 */
import {
  createWasmEngine,
  fitGenerationTask,
  learn,
  Predictor,
  RandomStream,
  streamKey,
  type WrittenText,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "places"));

/** How words of each kind are built: a choice of each list, one after the other. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  forest: ["el thal lor syl", "a e i", "ril thien lien nor"],
  mountain: ["k g d b", "r", "ak og ud az", "gar dun mok zad"],
  harbour: ["port", "_sa _mo _ta _po", "ll r nt", "a o ina"],
  star: ["xe zi qu", "ta ra na", "-", "1 2 3 4 5 6 7", "1 2 3 4 5 6 7"],
};
const KINDS = Object.keys(FAMILIES);
const choices = (part: string): string[] => part.split(" ").map((each) => each.replace("_", " "));

function build(kind: string): string {
  const parts = FAMILIES[kind].map(choices);
  return parts.map((part) => part[random.integer(part.length)]).join("");
}

/** Whether a word is built as its kind's are. The network sees letters alone: no parts, no rule. */
function fits(word: string, kind: string): boolean {
  const parts = FAMILIES[kind].map((part) => `(${choices(part).join("|")})`);
  return new RegExp(`^${parts.join("")}$`).test(word);
}

// Few enough that many a word of each kind is never seen.
const kinds = Array.from({ length: 200 }, (_, index) => KINDS[index % KINDS.length]);
const words = kinds.map(build);
const examples = { inputs: kinds, targets: words };
const task = fitGenerationTask({ name: "places", ...examples }, { condition: "kind" });
const engine = createWasmEngine();
const model = await learn(task, examples, {
  engine,
  length: { epochs: quick ? 50 : 100 },
  model: { hiddenSize: quick ? 64 : 96, embeddingSize: 16, dropout: 0.1 },
  onEvent: (event) => {
    if (event.kind !== "validation" || event.progress.epoch % 10 !== 0) return;
    console.log(`epoch ${event.progress.epoch}: validation loss ${event.loss.toFixed(3)} a letter`);
  },
});

// `sampling` is how letters are drawn; without it, the likeliest is written each time. One seed, one set of words.
const writing = { sampling: { temperature: 0.7, seed: 1 } };
const poet = new Predictor(model, engine, { writing });
const wanted = KINDS.flatMap((kind) => Array.from({ length: 100 }, () => kind));
const written: WrittenText[] = poet.predict(wanted);

const seen = new Set(words);
let fit = 0;
let fresh = 0;
const samples = new Map<string, Set<string>>(KINDS.map((kind) => [kind, new Set()]));
for (const [index, { text }] of written.entries()) {
  const kind = wanted[index];
  if (fits(text, kind)) fit++;
  if (seen.has(text)) continue;
  fresh++;
  samples.get(kind)?.add(text);
}
console.log(
  `of ${written.length} words, ${fit} are built as their kind's are, and ${fresh} are new\n`,
);
for (const [kind, texts] of samples) {
  console.log(`${kind.padEnd(10)}${[...texts].slice(0, 6).join(", ")}`);
}
