/**
 * Holds a gate at a value while a model reads stories, and counts how many names it still answers.
 *
 *     npx node docs/guide/programs/hold.ts names/lstm.safetensors names/unseen.txt f 1 0
 */
import { readFileSync } from "node:fs";
import { createWasmEngine, loadModel, trace } from "cellstate";

const [path, file, signal, ...values] = process.argv.slice(2);
const model = loadModel(path);
const text = readFileSync(file, "utf8");
const engine = createWasmEngine();

function answers(value: number | null): string {
  const clamp = value === null ? [] : [{ signal, value }];
  const { tokens, predictions } = trace(model, engine, text, {
    keep: { signals: [] },
    top: 1,
    clamp,
  });
  const asked = [...tokens.keys()].filter((step) => tokens[step] === "?");
  const right = asked.filter((step) => predictions?.top(step)[0].token === tokens[step + 1]);
  return `${right.length} of ${asked.length} names right (${((100 * right.length) / asked.length).toFixed(0)} %)`;
}

console.log(`${signal} as the model has it: ${answers(null)}`);
for (const value of values) console.log(`${signal} held at ${value}: ${answers(Number(value))}`);
