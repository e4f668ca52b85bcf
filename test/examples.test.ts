/** Runs the examples, made smaller by --quick, as a reader would, and holds what they print to what they promise. */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../examples/names.ts";
import { readText } from "./support/sources.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(name: string): string {
  const options = { cwd: root, encoding: "utf8", timeout: 100_000 } as const;
  return execFileSync(process.execPath, ["examples/run.ts", name, "--quick"], options);
}

/** The number in a line that an example prints. */
function figure(printed: string, line: RegExp): number {
  const [, number] = printed.match(line) ?? [];
  return number === undefined ? Number.NaN : Number(number);
}

// The wasm engine gives one seed the same bits everywhere: the figures are the same on every machine, and the bounds lie a little
// below them so that a change of the kernels' order of sums does not trip them.
describe("the example", () => {
  it("vec2vec comes within two points of who knew the law, and near the noise", () => {
    const printed = run("vec2vec");
    const best = figure(printed, /knew the law would be right on ([\d.]+) %/);
    expect(figure(printed, /right on 1000 new cups: ([\d.]+) %/)).toBeGreaterThan(best - 2);
    expect(figure(printed, /off by ([\d.]+) °C/)).toBeLessThan(1.2);
  });

  it("seq2vec knows gestures that it has not seen, and so does its file", () => {
    const printed = run("seq2vec");
    expect(figure(printed, /right on ([\d.]+) % of 120 gestures/)).toBeGreaterThan(90);
    expect(printed).toContain("the loaded model answers with the same bits");
  });

  it("forecast beats both forecasts that need no model, with an honest band", () => {
    const printed = run("forecast");
    const ours = figure(printed, /this model +([\d.]+)/);
    expect(ours).toBeLessThan(0.85 * figure(printed, /as a week ago +([\d.]+)/));
    expect(ours).toBeLessThan(0.5 * figure(printed, /as the last hour +([\d.]+)/));
    const covered = figure(printed, /band holds ([\d.]+) %/);
    expect(covered).toBeGreaterThan(70);
    expect(covered).toBeLessThan(90);
  });

  it("tagging needs both directions where the rule looks ahead", () => {
    const printed = run("tagging");
    const ahead = "direction.*?([\\d.]+) % where the rule looks ahead";
    expect(figure(printed, new RegExp(`one ${ahead}`))).toBeLessThan(90);
    expect(figure(printed, new RegExp(`both ${ahead}`))).toBeGreaterThan(99);
  });

  it("seq2seq writes dates right to the last character, and looks at the year for the year", () => {
    const printed = run("seq2seq");
    expect(figure(printed, /last character: ([\d.]+) %/)).toBeGreaterThan(97);
    const read = printed.match(/^ {4}(sunday.*)$/m)?.[1] ?? "";
    const [first] = printed.match(/^ {2}1 .*$/m) ?? [""];
    expect(first.indexOf("█") - 4).toBe(read.indexOf("1974"));
  });

  it("vec2seq writes new words, most of them built as their kind's are", () => {
    const printed = run("vec2seq");
    expect(figure(printed, /of 400 words, (\d+) are built/)).toBeGreaterThan(240);
    expect(figure(printed, /and (\d+) are new/)).toBeGreaterThan(50);
  });

  it("ownNetwork sorts letters, with a beam no worse than greedily", () => {
    const printed = run("ownNetwork");
    const greedy = figure(printed, /greedy: ([\d.]+) %/);
    expect(greedy).toBeGreaterThan(97);
    expect(figure(printed, /beam of 4: ([\d.]+) %/)).toBeGreaterThanOrEqual(greedy);
  });
});

it("each example stands in the index, with what it prints", () => {
  const index = readText("examples/README.md");
  for (const name of EXAMPLES) {
    expect(index).toContain(`[${name}](${name}.ts)`);
    expect(index).toContain(`$ npm run example -- ${name}\n`);
  }
});

it("a name that is none is answered with those there are", () => {
  const { status, stderr } = spawnSync(process.execPath, ["examples/run.ts", "seq3seq"], {
    cwd: root,
    encoding: "utf8",
    timeout: 100_000,
  });
  expect(status).toBe(2);
  expect(stderr).toContain('no example "seq3seq"');
  expect(stderr).toContain(EXAMPLES.join(", "));
});
