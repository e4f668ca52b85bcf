/** Styles of a view stay once it has been shown, so that a class of the same name elsewhere would be drawn by them too. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" });

test("no class is styled by two files", () => {
  const filesOf = new Map<string, Set<string>>();
  for (const name of files.filter((each) => each.endsWith(".css"))) {
    for (const styled of styledBy(name)) {
      filesOf.set(styled, (filesOf.get(styled) ?? new Set()).add(name));
    }
  }
  const shared = [...filesOf].filter(([, names]) => names.size > 1);
  expect(shared.map(([styled, names]) => `.${styled}: ${[...names].join(", ")}`)).toEqual([]);
});

test("a class that a view's own file styles is used by that view, or by those that load the file", () => {
  const viewOf = (name: string) => name.match(/^views\/(\w+)/)?.[1];
  const strangers = files
    .filter((name) => /^views\/\w+\.css$/.test(name))
    .flatMap((sheet) => {
      const styled = new Set(styledBy(sheet));
      return files
        .filter((name) => name.endsWith(".tsx") && viewOf(name) !== viewOf(sheet))
        .filter((name) => !rootOf(viewOf(name)).includes(`"./${sheet.slice("views/".length)}"`))
        .flatMap((name) =>
          classesIn(textOf(name))
            .filter((each) => styled.has(each))
            .map((each) => `${name} uses .${each} of ${sheet}`),
        );
    });
  expect(strangers).toEqual([]);
});

function textOf(name: string): string {
  return readFileSync(join(src, name), "utf8");
}

/** The view's own file, where it has one. */
function rootOf(view: string | undefined): string {
  const name = `views/${view}.tsx`;
  return existsSync(join(src, name)) ? textOf(name) : "";
}

/** Classes with which its selectors begin. */
function styledBy(sheet: string): string[] {
  const rules = [...textOf(sheet).matchAll(/([^{}]+)\{/g)];
  return rules
    .flatMap(([, selectors]) => selectors.split(","))
    .flatMap((selector) => selector.trim().match(/^\.([\w-]+)/)?.[1] ?? []);
}

function classesIn(code: string): string[] {
  return Array.from(code.matchAll(/class="([^"]*)"/g), ([, names]) => names.split(" ")).flat();
}
