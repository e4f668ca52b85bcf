/**
 * How long until `cellstate` writes its first character, with a model of two LSTM layers of 512 units and 65 characters?
 *
 *     node bench/firstCharacter.ts [ROUNDS]     → bench/results/firstCharacter.json
 *
 * From the start of the process to the first byte on its standard output. The command runs from its sources, as in the
 * repository; what Node keeps of compiled code is there after the first start, which is not counted.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  createLanguageModel,
  encodeLanguageModel,
  findCell,
  Vocabulary,
} from "../packages/core/src/index.ts";
import { circumstances, keep, median, round } from "./results.ts";

const ROUNDS = Number(process.argv[2] ?? 21);
const COMMAND = fileURLToPath(new URL("../packages/cellstate/bin/cellstate.js", import.meta.url));
const MODEL = new URL("../.scratch/two512.safetensors", import.meta.url);

function writeModel(): void {
  const items = Array.from({ length: 65 }, (_, i) => String.fromCodePoint(48 + i));
  const model = createLanguageModel(
    {
      cell: findCell("lstm"),
      vocabulary: new Vocabulary("characters", items),
      hiddenSize: 512,
      layers: 2,
      embeddingSize: 0,
      projectionSize: null,
      dropout: 0,
      tieWeights: false,
    },
    { init: "uniform:0.08", forgetBias: 1, chronoSteps: 50, seed: 1 },
  );
  mkdirSync(new URL(".", MODEL), { recursive: true });
  writeFileSync(MODEL, encodeLanguageModel(model));
}

/** Milliseconds from start to first byte. */
function firstByte(): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const args = [COMMAND, "generate", fileURLToPath(MODEL), "--prompt", "A", "--length", "200"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let first: number | null = null;
    child.stdout.on("data", () => {
      first ??= performance.now() - started;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && first !== null) resolve(first);
      else reject(new Error(`cellstate generate ended with ${code}`));
    });
  });
}

const before = circumstances();
writeModel();
await firstByte();
const ms: number[] = [];
for (let r = 0; r < ROUNDS; r++) ms.push(await firstByte());
const figures = {
  minimum: round(Math.min(...ms)),
  median: round(median(ms)),
  maximum: round(Math.max(...ms)),
};
console.log(
  `first character after ${figures.median} ms (${figures.minimum} to ${figures.maximum})`,
);
keep(new URL("results/firstCharacter.json", import.meta.url), {
  question: "Start of the command to the first generated character, 2 x 512 LSTM",
  command: "node bench/firstCharacter.ts",
  ...before,
  rounds: ROUNDS,
  ms: figures,
});
