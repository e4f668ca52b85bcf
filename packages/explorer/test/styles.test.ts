/** Styles of a view stay once it has been shown, so that a class of the same name elsewhere would be drawn by them too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

test("no class is styled by two files", () => {
  const filesOf = new Map<string, Set<string>>();
  for (const name of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".css")) continue;
    const rules = readFileSync(join(src, name), "utf8").matchAll(/([^{}]+)\{/g);
    for (const selector of [...rules].flatMap(([, selectors]) => selectors.split(","))) {
      const [, styled] = selector.trim().match(/^\.([\w-]+)/) ?? [];
      if (styled) filesOf.set(styled, (filesOf.get(styled) ?? new Set()).add(name));
    }
  }
  const shared = [...filesOf].filter(([, files]) => files.size > 1);
  expect(shared.map(([styled, files]) => `.${styled}: ${[...files].join(", ")}`)).toEqual([]);
});
