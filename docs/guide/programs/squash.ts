/**
 * sigmoid and tanh: some of their values, and a picture of both.
 *
 *     npx node docs/guide/programs/squash.ts names/squash.svg
 */
import { writeFileSync } from "node:fs";
import { createRecurrentNetwork, createReferenceEngine, defineCell } from "cellstate";

const CURVES = [
  { name: "sigmoid", colour: "#0b6e99", cell: defineCell("h[t] = sigmoid(W·x[t])") },
  { name: "tanh", colour: "#c2410c", cell: defineCell("h[t] = tanh(W·x[t])") },
] as const;
const engine = createReferenceEngine();

/** The function at each x: a sequence of one number a step, read by a cell that does nothing else, with a weight of 1. */
function valuesOf(curve: (typeof CURVES)[number], x: readonly number[]): readonly number[] {
  const network = createRecurrentNetwork(
    { cell: curve.cell, inputSize: 1, hiddenSize: 1 },
    { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
    "float64",
  );
  network.load(new Map([["W_l0", { shape: [1, 1], data: Float64Array.of(1) }]]));
  return [...network.run(engine, x, { steps: x.length, batch: 1 }).outputs];
}

const shown = [-6, -4, -2, -1, 0, 1, 2, 4, 6];
const row = (title: string, cells: readonly (string | number)[]): void =>
  console.log(title.padEnd(14) + cells.map((cell) => String(cell).padStart(8)).join(""));
row("x", shown);
for (const curve of CURVES)
  row(
    curve.name,
    valuesOf(curve, shown).map((y) => y.toFixed(3)),
  );
console.log();
for (const curve of CURVES) {
  const less = valuesOf(
    curve,
    shown.map((x) => x - 1e-3),
  );
  const more = valuesOf(
    curve,
    shown.map((x) => x + 1e-3),
  );
  row(
    `${curve.name}'s slope`,
    shown.map((_, n) => ((more[n] - less[n]) / 2e-3).toFixed(3)),
  );
}

const file = process.argv[2];
if (file) writeFileSync(file, picture());

function picture(): string {
  const across = (x: number): string => (320 + x * 48).toFixed(1);
  const up = (y: number): string => (150 - y * 110).toFixed(1);
  const xs = Array.from({ length: 121 }, (_, n) => -6 + n / 10);
  const lines = [-1, 0, 1].map(
    (y) =>
      `<line x1="${across(-6)}" x2="${across(6)}" y1="${up(y)}" y2="${up(y)}" stroke="#ccc"/>` +
      `<text x="${across(-6.2)}" y="${up(y)}" dy="4" text-anchor="end">${y < 0 ? "−1" : y}</text>`,
  );
  const ticks = [-6, -4, -2, 0, 2, 4, 6].map(
    (x) =>
      `<text x="${across(x)}" y="${up(-1.2)}" text-anchor="middle">${x < 0 ? `−${-x}` : x}</text>`,
  );
  const curves = CURVES.map((curve) => {
    const ys = valuesOf(curve, xs);
    const points = xs.map((x, n) => `${across(x)},${up(ys[n])}`).join(" ");
    const label = curve.name === "tanh" ? [1.1, 0.6] : [-1.1, 0.36];
    const anchor = curve.name === "tanh" ? "start" : "end";
    return (
      `<polyline points="${points}" fill="none" stroke="${curve.colour}" stroke-width="2.5"/>` +
      `<text x="${across(label[0])}" y="${up(label[1])}" text-anchor="${anchor}" fill="${curve.colour}" font-size="15">${curve.name}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#444">`,
    `<title>sigmoid runs from 0 to 1, tanh from −1 to 1</title>`,
    `<rect width="640" height="300" fill="#fff"/>`,
    ...lines,
    ...ticks,
    ...curves,
    "</svg>\n",
  ].join("\n");
}
