/** Runs the examples in docs/ as they stand, but those of a page, which packages/core/test/browser runs. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createLanguageModel,
  createRecurrentNetwork,
  findCell,
  saveModel,
  Vocabulary,
  writeSafetensors,
} from "cellstate";
import { beforeAll, expect, test } from "vitest";
import { readText } from "./support/sources.ts";

const folder = fileURLToPath(new URL("../.scratch/docs/", import.meta.url));
const INITIAL = { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 } as const;

/** The files that the examples name. */
beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  const cell = findCell("lstm");
  const vocabulary = Vocabulary.of(["My name is Krish.\nW"], "characters");
  const sizes = { hiddenSize: 8, layers: 1, embeddingSize: 0, projectionSize: null };
  const rest = { dropout: 0, tieWeights: false };
  const model = createLanguageModel({ cell, vocabulary, ...sizes, ...rest }, INITIAL);
  saveModel(join(folder, "stories.safetensors"), model);
  const network = createRecurrentNetwork({ cell, inputSize: 3, hiddenSize: 64 }, INITIAL);
  writeFileSync(join(folder, "lstm.safetensors"), writeSafetensors(network.tensors()));
});

test.each(
  ["inside", "shapes", "streams", "threads"].flatMap((name) =>
    examplesOf(readText(`docs/${name}.md`)).map((example, i) => [`${name}.md, ${i + 1}`, example]),
  ),
)("%s runs", (title, example) => {
  const file = join(folder, `${title.replace(/\W+/g, "-")}.ts`);
  writeFileSync(file, example);
  const options = { cwd: folder, encoding: "utf8", timeout: 100_000 } as const;
  expect(execFileSync(process.execPath, [file], options)).not.toMatch(/NaN|undefined/);
});

function examplesOf(text: string): string[] {
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example);
  return examples.filter((example) => example.includes('from "cellstate"'));
}
