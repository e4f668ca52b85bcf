import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { rendered } from "../scripts/readme.ts";
import { readText } from "./support/sources.ts";

test("every figure in the README is the one in bench/results", () => {
  const text = readText("README.md");
  expect(text, "README.md is behind bench/results: run npm run readme").toBe(rendered(text));
});

test("the README's example runs as it stands, and the model has learnt its text", () => {
  const [, example] = readText("README.md").match(/```ts\n([\s\S]*?)```/) ?? [];
  const file = new URL("../.scratch/readmeExample.ts", import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, example);
  const printed = execFileSync(process.execPath, [fileURLToPath(file)], { encoding: "utf8" });
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
  expect(execFileSync(process.execPath, [fileURLToPath(file)], { encoding: "utf8" })).toBe("+\n");
});
