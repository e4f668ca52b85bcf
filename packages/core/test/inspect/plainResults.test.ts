/** What was found crosses to another thread and back: as it is, or as plain data whose functions are put on again. */
import { expect, it } from "vitest";
import { gru, lstm, lstmProjection } from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { ablate } from "../../src/inspect/ablate.ts";
import { clamp } from "../../src/inspect/clamp.ts";
import { compare } from "../../src/inspect/compare.ts";
import { gradientFlow } from "../../src/inspect/gradientFlow.ts";
import { memoryLedger } from "../../src/inspect/memoryLedger.ts";
import { orderUnits } from "../../src/inspect/orderUnits.ts";
import {
  clampEffectFromPlain,
  ledgerFromPlain,
  plainClampEffect,
  plainLedger,
} from "../../src/inspect/plainResults.ts";
import { saturation } from "../../src/inspect/saturation.ts";
import { trace } from "../../src/inspect/trace.ts";
import { walk } from "../../src/inspect/walk.ts";
import { languageModelOf, layersOf, TEXT, vectorsFor } from "./looking.ts";

const reference = createReferenceEngine();
const model = languageModelOf(lstm);
const read = trace(model, reference, TEXT);

it.each([
  ["gradientFlow", () => gradientFlow(model, reference, TEXT)],
  ["saturation", () => saturation(read)],
  ["orderUnits", () => orderUnits(read.layers[0].f, "likeness")],
  ["compare", () => compare(read, trace(model, reference, TEXT.slice(2)))],
  ["ablate", () => ablate(model, reference, TEXT, { layer: 0 })],
  ["the nodes of a walk", () => walk(model, reference, TEXT, { step: 3 }).nodes],
])("what %s finds is data alone", (_, look) => {
  const found = look();
  expect(structuredClone(found)).toEqual(found);
});

it.each([lstm, gru, lstmProjection])("a ledger of $name comes back with its functions", (cell) => {
  const network = layersOf(cell, 1, true);
  const here = memoryLedger(network, reference, vectorsFor(network, 5));
  const there = ledgerFromPlain(structuredClone(plainLedger(here)));
  expect(plainLedger(there)).toEqual(plainLedger(here));
  let compared = 0;
  here.layers.forEach(({ states }, layer) => {
    states.forEach((state, s) => {
      const other = there.layers[layer].states[s];
      if ("reason" in state || "reason" in other) {
        expect(other).toEqual(state);
        return;
      }
      for (const [from, to] of [
        [1, 4],
        [4, 1],
        [2, 2],
        [0, 9],
      ]) {
        expect(other.surviving(from, to, 1)).toBe(state.surviving(from, to, 1));
        expect(other.memory.at(to, 1)).toBe(state.memory.at(to, 1));
        compared++;
      }
    });
  });
  expect(compared).toBe(2 * 4);
});

it("what holding does comes back with its predictions", () => {
  const here = clamp(model, reference, TEXT, [{ signal: "f", value: 1 }]);
  const there = clampEffectFromPlain(structuredClone(plainClampEffect(here)));
  expect(plainClampEffect(there)).toEqual(plainClampEffect(here));
  expect(there.held.predictions?.top(4)).toEqual(here.held.predictions?.top(4));
  expect(there.increase).toBe(here.increase);
});

it("what holding does to layers alone comes back too", () => {
  const network = layersOf(gru);
  const here = clamp(network, reference, vectorsFor(network, 4), [{ signal: "z", value: 0 }]);
  expect(clampEffectFromPlain(structuredClone(plainClampEffect(here)))).toEqual(here);
});
