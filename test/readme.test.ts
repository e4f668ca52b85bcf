import { expect, test } from "vitest";
import { rendered } from "../scripts/readme.ts";
import { readText } from "./support/sources.ts";

test("every figure in the README is the one in bench/results", () => {
  const text = readText("README.md");
  expect(text, "README.md is behind bench/results: run npm run readme").toBe(rendered(text));
});
