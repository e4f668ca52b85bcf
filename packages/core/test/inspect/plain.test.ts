/** Traces as data alone: what goes through a message comes out as it was. */
import { describe, expect, it } from "vitest";
import { lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import {
  plainSignal,
  plainTrace,
  signalFromPlain,
  traceFromPlain,
  transferablesOf,
} from "../../src/inspect/plain.ts";
import type { Trace, TraceWindow } from "../../src/inspect/signals.ts";
import { trace, traceWindows } from "../../src/inspect/trace.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { languageModelOf, layersOf, TEXT, vectorsFor } from "./looking.ts";

const engine = createWasmEngine();
const model = languageModelOf(lstm);
const keep = { layers: [1], units: [3, 1] };
const probabilities = true;

function exampleOf(name: string): Trace {
  const network = smallNetwork(name);
  const examples = inventExamples(network.config.ports, { count: 2, steps: 6, seed: 5 });
  return trace(network, engine, { examples });
}

const TRACES: Readonly<Record<string, () => Trace>> = {
  "a language model, all of it": () => trace(model, engine, TEXT, { probabilities }),
  "a language model, some units": () => trace(model, engine, TEXT, { keep, top: 2 }),
  "layers alone": () => {
    const network = layersOf(lstm, 2, true);
    return trace(network, engine, vectorsFor(network, 7));
  },
  ...Object.fromEntries(Object.keys(NETWORKS).map((name) => [name, () => exampleOf(name)])),
};

/** Every value, those that the functions give too. */
function allOf({ layers, predictions, ...others }: Trace | TraceWindow) {
  return {
    others,
    signals: layers.map((layer) =>
      Object.entries(layer).map(([name, { at, ...signal }]) => {
        const { steps, unitNumbers } = signal;
        const asked = [...unitNumbers, unitNumbers.length + 50];
        const got = Array.from({ length: steps + 1 }, (_, t) => asked.map((unit) => at(t, unit)));
        return { name, signal, got };
      }),
    ),
    predictions: predictions && {
      ...{ ...predictions, top: null },
      likeliest: Array.from(predictions.surprisal, (_, step) => predictions.top(step)),
    },
  };
}

describe.each(Object.keys(TRACES))("a trace of %s", (name) => {
  it("is the same after a message, by every value and name", () => {
    const here = TRACES[name]();
    const there = traceFromPlain(structuredClone(plainTrace(here)));
    expect(allOf(there)).toEqual(allOf(here));
    expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort());
  });

  it("is the same where its memory is handed over, and then has left the thread, but for its input", () => {
    const wanted = allOf(TRACES[name]());
    const here = TRACES[name]();
    const plain = plainTrace(here);
    const transfer = transferablesOf(plain);
    const there = traceFromPlain(structuredClone(plain, { transfer }));
    expect(allOf(there)).toEqual(wanted);
    for (const layer of here.layers) {
      for (const { values } of Object.values(layer)) expect(values).toHaveLength(0);
    }
    const { input } = here;
    expect(input.kind === "tokens" ? input.tokens : input.vectors).not.toHaveLength(0);
  });
});

it("a window goes through a message as a trace does", () => {
  for (const window of traceWindows(model, engine, TEXT, { window: 5, probabilities })) {
    const there = traceFromPlain(structuredClone(plainTrace(window)));
    expect(allOf(there)).toEqual(allOf(window));
  }
});

it("one signal goes through a message alone", () => {
  const { f } = trace(model, engine, TEXT, { keep }).layers[1];
  const there = signalFromPlain(structuredClone(plainSignal(f)));
  expect([there.at(2, 3), there.at(2, 1), there.at(2, 0)]).toEqual([
    f.at(2, 3),
    f.at(2, 1),
    Number.NaN,
  ]);
  expect(there.at(2, 3)).not.toBe(there.at(2, 1));
});

it.each(ZOO.map((cell) => [cell.name, cell]))(
  "the cell %s, which a trace's places name, goes through a message",
  (_, cell) => {
    expect(structuredClone(cell)).toEqual(cell);
  },
);
