/**
 * Where in a model a name is: the same story is told with each name, and at every word one looks how far that has brought the memory
 * cells apart, and how far what they show. Zero means: nothing tells the names apart any more. ⏎ ends a story and begins another.
 *
 *     npx node docs/guide/programs/apart.ts names/lstm.safetensors "My name is *. I like tea. What is my name?"
 */
import { createWasmEngine, loadModel, trace } from "cellstate";

const NAMES = ["Krish", "Asha", "Omar", "Lena"];
const [path, story] = process.argv.slice(2);
const told = story.replaceAll("⏎", "\n");
const model = loadModel(path);
const engine = createWasmEngine();
const traces = NAMES.map((name) => trace(model, engine, told.replaceAll("*", name)));
const [{ tokens, layers }] = traces;
const [first] = layers;

/** √ of the units' variances over the names, summed: how far apart the four are. */
function apart(signal: string, step: number): number {
  let sum = 0;
  for (const unit of first[signal].unitNumbers) {
    const values = traces.map((each) => each.layers[0][signal].at(step, unit));
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    sum += values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  }
  return Math.sqrt(sum);
}

const signals = model.config.cell.program.states.map(({ name }) => name);
console.log(`${"".padEnd(12)}${signals.map((name) => `   ${name}`.padEnd(24)).join("")}`.trimEnd());
tokens.forEach((token, step) => {
  const word = step === tokens.indexOf(` ${NAMES[0]}`) ? "*" : token === "\n" ? "⏎" : token.trim();
  const bars = signals.map((signal) => {
    const distance = apart(signal, step);
    return `${distance.toFixed(2)} ${"█".repeat(Math.round(4 * distance))}`.padEnd(24);
  });
  console.log(`${word.padEnd(12)}${bars.join("")}`.trimEnd());
});
