/**
 * What a gate does at each word of a text: its mean over all units, how many units' gates are nearly shut, and how many nearly open.
 *
 *     npx node docs/guide/programs/gates.ts names/lstm.safetensors f "My name is Krish. I like tea."
 */
import { createWasmEngine, loadModel, trace } from "cellstate";

const [path, name, text] = process.argv.slice(2);
const { tokens, layers } = trace(loadModel(path), createWasmEngine(), text);
const gate = layers[0][name];
console.log("             mean   below 0.1   above 0.9");
tokens.forEach((token, step) => {
  const values = gate.unitNumbers.map((unit) => gate.at(step, unit));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const shut = values.filter((value) => value < 0.1).length;
  const open = values.filter((value) => value > 0.9).length;
  const word = token === "\n" ? "⏎" : token.trim();
  console.log(
    `${word.padEnd(12)} ${mean.toFixed(2)} ${String(shut).padStart(11)} ${String(open).padStart(11)}`,
  );
});
