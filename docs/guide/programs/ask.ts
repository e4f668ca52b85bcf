/**
 * Has models read stories, one after the other without a pause, and counts how often the likeliest word after a question is the right name.
 *
 *     npx node docs/guide/programs/ask.ts names/unseen.txt names/lstm.safetensors …
 */
import { readFileSync } from "node:fs";
import { createWasmEngine, loadModel, trace } from "cellstate";

const [file, ...models] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const engine = createWasmEngine();
for (const path of models) {
  const { tokens, predictions } = trace(loadModel(path), engine, text, {
    keep: { signals: [] },
    top: 1,
  });
  const own = { right: 0, asked: 0 };
  const brothers = { right: 0, asked: 0 };
  tokens.forEach((token, step) => {
    if (token !== "?") return;
    const count = tokens[step - 2] === " brother's" ? brothers : own;
    count.asked++;
    if (predictions?.top(step)[0].token === tokens[step + 1]) count.right++;
  });
  const said = ({ right, asked }: typeof own) =>
    `${right} of ${asked} (${((100 * right) / asked).toFixed(0)} %)`;
  console.log(`${path}: own name ${said(own)}, brother's name ${said(brothers)}`);
}
