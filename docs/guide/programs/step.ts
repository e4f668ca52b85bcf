/**
 * One unit of an LSTM at some words of a text, sum by sum: what speaks for keeping, what comes of it, and what becomes of the memory.
 *
 *     npx node docs/guide/programs/step.ts names/lstm.safetensors 11 "My name is Krish. I like tea." Krish tea
 */
import { createWasmEngine, loadModel, trace, walk } from "cellstate";

const [path, number, text, ...words] = process.argv.slice(2);
const unit = Number(number);
const model = loadModel(path);
const engine = createWasmEngine();
const { tokens } = trace(model, engine, text, { keep: { signals: [] } });

/** Names of the sums as people read them, and the node of a step that each is. */
const LINES = [
  ["W_f·h[t-1]: what came before", "W_f·h[t-1]"],
  ["W_f·x[t]: this word", "W_f·x[t]"],
  ["b_f: the bias", "b_f"],
  ["f = sigmoid of their sum", "f"],
  ["c[t-1]: the memory before", "c[t-1]"],
  ["f ∘ c[t-1]: kept", "f ∘ c[t-1]"],
  ["i ∘ g: written", "i ∘ g"],
  ["c[t]: the memory after", "c"],
] as const;

const steps = words.map((word) =>
  walk(model, engine, text, { step: tokens.findIndex((token) => token.trim() === word) }),
);
console.log(`unit ${unit}, at`.padEnd(30) + words.map((word) => word.padStart(11)).join(""));
for (const [title, id] of LINES) {
  const values = steps.map((step) => shown(step.node(id).values[unit]));
  console.log(title.padEnd(30) + values.map((value) => value.padStart(11)).join(""));
}

function shown(value: number): string {
  const text = value.toFixed(3);
  return text === "-0.000" ? "0.000" : text.replace("-", "−");
}
