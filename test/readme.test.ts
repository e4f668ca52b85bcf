import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLanguageModel, findCell, saveModel, Vocabulary } from "cellstate";
import { expect, test } from "vitest";
import { rendered } from "../scripts/readme.ts";
import { readText } from "./support/sources.ts";

const OPTIONS = { encoding: "utf8", timeout: 100_000 } as const;

test("every figure in the README is the one in bench/results", () => {
  const text = readText("README.md");
  expect(text, "README.md is behind bench/results: run npm run readme").toBe(rendered(text));
});

test("the README's example runs as it stands, and the model has learnt its text", () => {
  const [, example] = readText("README.md").match(/```ts\n([\s\S]*?)```/) ?? [];
  const file = new URL("../.scratch/readmeExample.ts", import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, example);
  const printed = execFileSync(process.execPath, [fileURLToPath(file)], OPTIONS);
  const lines = printed.trimEnd().split("\n");
  expect(Number(lines[2])).toBeLessThan(0.01);
  expect(lines[3]).toBe("Krish. My brother's");
});

test("the README's example of a task runs as it stands, and tells good from bad", () => {
  const [, example] =
    readText("README.md").match(/```ts\n([^`]*fitTextClassificationTask[^`]*)```/) ?? [];
  const file = new URL("../.scratch/readmeTask.ts", import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, example);
  expect(execFileSync(process.execPath, [fileURLToPath(file)], OPTIONS)).toBe("+\n");
});

test("the README's example of looking inside runs as it stands", () => {
  const [, example] = readText("README.md").match(/```ts\n([^`]*memoryLedger[\s\S]*?)```/) ?? [];
  const folder = new URL("../.scratch/readmeInside/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const words = "My name is Krish. I live in Pune. My brother's name is Wish.";
  const vocabulary = Vocabulary.of([words], "words");
  const sizes = { hiddenSize: 24, layers: 1, embeddingSize: 0, projectionSize: null };
  const model = createLanguageModel(
    { cell: findCell("lstm"), vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
  );
  saveModel(fileURLToPath(new URL("stories.safetensors", folder)), model);
  const file = fileURLToPath(new URL("example.ts", folder));
  writeFileSync(file, example);
  const options = { ...OPTIONS, cwd: fileURLToPath(folder) };
  expect(execFileSync(process.execPath, [file], options)).toMatch(
    /^0\.\d+\n(?:true|false)\n\d+\n$/,
  );
});
