/** What an observed plan is: the model as it infers, with gradients where it trains. */
import { expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import type { Subject } from "../../src/inspect/subject.ts";
import { subjectOf } from "../../src/inspect/subjects.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { smallNetwork } from "../models/networks.ts";
import { languageModelOf, TEXT } from "./looking.ts";

const engine = createReferenceEngine();
const network = smallNetwork("seq2vec, every kind of dropout", "float64");
const examples = inventExamples(network.config.ports, { count: 1, steps: 6, seed: 2 });
const observe = () => ({ signals: ["c"], gradients: ["h", "f"], memory: true, held: ["i"] });

function lossOf(subject: Subject, purpose: "training" | "inference"): number | null {
  const plan = subject.plan(engine, {
    purpose,
    observe: purpose === "training" ? observe : undefined,
  });
  const reader = plan.reader(0);
  for (const window of plan.windows()) reader.take(window);
  if (purpose === "training") plan.backward();
  return reader.finish().loss;
}

it.each([
  ["a language model with dropout", subjectOf(languageModelOf(lstm), TEXT)],
  ["a network with every kind of dropout", subjectOf(network, { examples })],
] as const)("%s has the loss of inference in an observed plan that trains", (_, subject) => {
  const loss = lossOf(subject, "training");
  expect(loss).toBe(lossOf(subject, "inference"));
  expect(loss).toEqual(expect.any(Number));
});

it("lays out what is asked for, by name, and nothing else", () => {
  const subject = subjectOf(languageModelOf(lstm), TEXT);
  const { layers } = subject.plan(engine, {
    purpose: "training",
    observe: (place) => (place === 1 ? observe() : null),
  });
  const [below, above] = layers.map(({ observed, signals, cell }) => ({
    signals: signals.map(({ signal }) => cell.program.signals[signal].name),
    gradients: Object.keys(observed.gradients),
    memory: Object.entries(observed.memory).map(([name, parts]) => [name, parts !== null]),
    held: Object.keys(observed.held),
  }));
  expect(below).toEqual({ signals: [], gradients: [], memory: [], held: [] });
  expect(layers[0].cell).toBe(lstm);
  expect(above).toEqual({
    signals: ["c"],
    gradients: ["h", "f"],
    memory: [
      ["c", true],
      ["h", false],
    ],
    held: ["i"],
  });
});

it("keeps and writes what adds up to the memory, exactly in float64", () => {
  const subject = subjectOf(languageModelOf(lstm), TEXT);
  const plan = subject.plan(engine, { observe: () => ({ ...observe(), gradients: [] }) });
  const [{ steps }] = plan.windows();
  for (const { observed, states } of plan.layers) {
    const parts = observed.memory.c;
    if (!parts) throw new Error("c is kept and written");
    const { kept, written } = parts;
    const [c] = states;
    for (let t = 0; t < steps; t++) {
      for (let u = 0; u < 5; u++) {
        const at = t * c.stride + u;
        const sum = plan.numbers[kept.offset + at] + plan.numbers[written.offset + at];
        expect(plan.numbers[c.offset + at]).toBe(sum);
      }
    }
  }
});
