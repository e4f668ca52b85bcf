/** Runs the guide as a reader would, chapter after chapter in one folder, and holds its text and pictures to what comes of it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineCell } from "cellstate";
import { beforeAll, describe, expect, it, test } from "vitest";
import {
  chapters,
  freshFolder,
  GUIDE,
  INDEX,
  measuredNumbers,
  type RunChapter,
  readChapter,
  runChapter,
  runCommand,
  unmarkedNumbers,
  withContents,
} from "../scripts/guide.ts";

const folder = freshFolder("guideTest");
let index: RunChapter;

// Three small models are trained here, which all chapters look into: the guide's longest command.
beforeAll(() => {
  index = runChapter(INDEX, folder);
}, 120_000);

test("the index prints what it says, and lists every chapter with the minutes that it takes", () => {
  expect(readChapter(INDEX), "docs/guide is behind: run npm run guide").toBe(index.text);
  expect(readChapter(INDEX)).toBe(withContents(readChapter(INDEX)));
});

describe.each(chapters())("%s", (name) => {
  const text = readChapter(name);
  let ran: RunChapter;
  beforeAll(() => {
    ran = runChapter(name, folder);
  }, 60_000);

  it("prints what it says, and draws what it shows", () => {
    expect(text, "docs/guide is behind: run npm run guide").toBe(ran.text);
    const drawn = [...ran.pictures].filter(
      ([picture, svg]) => readFileSync(join(GUIDE, "pictures", picture), "utf8") !== svg,
    );
    expect(
      drawn.map(([picture]) => picture),
      "pictures are behind: run npm run guide",
    ).toEqual([]);
  });

  it("claims no number that no command of it has printed", () => {
    const printed = new Set(numbersIn(ran.output));
    expect(measuredNumbers(text).filter((number) => !printed.has(number))).toEqual([]);
    expect(unmarkedNumbers(text)).toEqual([]);
  });
});

describe.each([INDEX, ...chapters()])("%s", (name) => {
  const text = readChapter(name);

  it("leads to files that are there", () => {
    const targets = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target);
    expect(
      targets.filter((target) => !existsSync(join(dirname(join(GUIDE, name)), target))),
    ).toEqual([]);
  });

  it("writes cells as the equation language does", () => {
    for (const [, equations] of text.matchAll(/^```cell\n([\s\S]*?)^```$/gm)) {
      expect(defineCell(equations).program.states.length).toBeGreaterThan(0);
    }
  });
});

test("a command that never ends is ended, and named", () => {
  expect(() => runCommand("sleep 30", folder, "00-none.md", 200)).toThrow(
    "00-none.md: not at its end after 0.2 s: sleep 30",
  );
});

describe("numbers in prose", () => {
  it("count as measured in bold, and are found without their unit", () => {
    const text =
      "It kept **0.866** of it, **12 %** in all, **−1.5** and **1.1e-6** of **48**: **no** more.";
    expect(measuredNumbers(text)).toEqual(["0.866", "12", "−1.5", "1.1e-6", "48"]);
    expect(unmarkedNumbers(text)).toEqual([]);
  });

  it("have to be marked as measured where they are decimals or shares", () => {
    expect(unmarkedNumbers("It kept 0.866 of it, 12 % in all, of 48 units.")).toEqual([
      "0.866",
      "12",
    ]);
  });

  it("may stand as they like in code, blocks and links", () => {
    const text = "A keep of `0.9`, [see](chapter-0.5.md).\n\n```console\n$ keep 0.9\n50 %\n```\n";
    expect(unmarkedNumbers(text)).toEqual([]);
  });
});

/** As they stand in outputs: `0.03`, `−1.5`, `300`, `1,000`. */
function numbersIn(text: string): string[] {
  return [...text.matchAll(/[−-]?\d(?:[\d,]*\d)?(?:\.\d+)?(?:e[−-]?\d+)?/g)].flatMap(([number]) => [
    number,
    number.replace(/^[−-]/, ""),
  ]);
}
