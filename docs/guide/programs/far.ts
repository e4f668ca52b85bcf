/**
 * How far back a name may lie: stories with more and more sentences between the name and the question.
 *
 *     npx node docs/guide/programs/far.ts names/rnn.safetensors names/lstm.safetensors …
 */
import { createWasmEngine, loadModel, trace } from "cellstate";

const NAMES = ["Krish", "Asha", "Omar", "Lena"];
const BETWEEN = [
  "I live in Pune.",
  "I like tea.",
  "I live in Oslo.",
  "I like chess.",
  "I like birds.",
];
const SENTENCES = [0, 1, 2, 4, 8, 16, 32];

const engine = createWasmEngine();
const row = (title: string, cells: readonly string[]): void =>
  console.log(title.padEnd(26) + cells.map((cell) => cell.padStart(7)).join(""));

/** What is said between, beginning with each of the sentences in turn. */
function between(sentences: number, first: number): string {
  return Array.from(
    { length: sentences },
    (_, n) => ` ${BETWEEN[(first + n) % BETWEEN.length]}`,
  ).join("");
}

let head = true;
for (const path of process.argv.slice(2)) {
  const model = loadModel(path);
  const words: string[] = [];
  const shares = SENTENCES.map((sentences) => {
    let [right, asked] = [0, 0];
    for (const name of NAMES) {
      for (const first of BETWEEN.keys()) {
        const text = `My name is ${name}.${between(sentences, first)} What is my name?`;
        const { tokens, predictions } = trace(model, engine, text, {
          keep: { signals: [] },
          top: 1,
        });
        const last = tokens.length - 1;
        asked++;
        if (predictions?.top(last)[0].token === ` ${name}`) right++;
        if (asked === 1) words.push(String(last - tokens.indexOf(` ${name}`)));
      }
    }
    return `${((100 * right) / asked).toFixed(0)} %`;
  });
  if (head) row("words since the name", words);
  head = false;
  row(path, shares);
}
