import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import {
  gru,
  lstm,
  lstm1997,
  lstmProjection,
  mgu,
  rnn,
  slstm,
  ZOO,
} from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import {
  type KeptState,
  type MemoryLedger,
  memoryLedger,
  type StateLedger,
} from "../../src/inspect/memoryLedger.ts";
import { subjectOf } from "../../src/inspect/subjects.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { languageModelOf, layersOf, signalsOf, TEXT, vectorsFor } from "./looking.ts";

const reference = createReferenceEngine();
const STEPS = 9;

const isKept = (state: StateLedger): state is KeptState => !("reason" in state);

function keptStates({ layers }: MemoryLedger): KeptState[] {
  return layers.flatMap(({ states }) => states.filter(isKept));
}

function stateOf({ layers }: MemoryLedger, layer: number, name: string): KeptState {
  const found = layers[layer].states.find((state) => state.name === name);
  if (!found || !isKept(found)) throw new Error(`${name} is not kept`);
  return found;
}

describe.each(ZOO)("the accounts of $name", (cell) => {
  it("add up to the memory exactly in float64", () => {
    const network = layersOf(cell, 2);
    const states = keptStates(memoryLedger(network, reference, vectorsFor(network, STEPS)));
    for (const { kept, written, memory } of states) {
      expect(memory.values.length).toBe(STEPS * memory.units);
      expect([...kept.values].map((value, i) => value + written.values[i])).toEqual([
        ...memory.values,
      ]);
    }
  });

  it("add up in float32 within 1e-5, and what is kept and erased to the memory before", () => {
    const network = layersOf(cell, 2);
    const ledger = memoryLedger(network, createWasmEngine(), vectorsFor(network, STEPS));
    for (const { keep, kept, erased, written, memory } of keptStates(ledger)) {
      for (let t = 0; t < STEPS; t++) {
        for (let u = 0; u < memory.units; u++) {
          const sum = kept.at(t, u) + written.at(t, u);
          expect(Math.abs(sum - memory.at(t, u))).toBeLessThan(1e-5);
          if (t === 0) continue;
          const before = memory.at(t - 1, u);
          expect(Math.abs(kept.at(t, u) + erased.at(t, u) - before)).toBeLessThan(1e-5);
          expect(Math.abs(keep.at(t, u) * before - kept.at(t, u))).toBeLessThan(1e-5);
        }
      }
    }
  });

  it("make up the memory of all that was written and still survives", () => {
    const network = layersOf(cell);
    for (const state of keptStates(memoryLedger(network, reference, vectorsFor(network, STEPS)))) {
      const { memory, keep, erased, kept } = state;
      const last = STEPS - 1;
      for (let u = 0; u < memory.units; u++) {
        const begun = erased.at(0, u) + kept.at(0, u);
        let left = begun;
        for (let t = 0; t <= last; t++) left *= keep.at(t, u);
        for (let t = 0; t <= last; t++) left += state.surviving(t, last, u);
        const scale = Math.max(1, Math.abs(memory.at(last, u)));
        // Nine products and sums of numbers near one.
        expect(Math.abs(left - memory.at(last, u)) / scale).toBeLessThan(1e-14);
      }
    }
  });

  it("are there for every state, or a reason is", () => {
    const network = layersOf(cell);
    const [{ states }] = memoryLedger(network, reference, vectorsFor(network, 2)).layers;
    expect(states.map(({ name }) => name)).toEqual(cell.program.states.map(({ name }) => name));
    for (const state of states) {
      if (!isKept(state))
        expect(state.reason).toMatch(/^\w+\[t\] is not keep ∘ \w+\[t-1\] \+ written: /);
    }
  });
});

it("tells of every cell of the zoo which states keep", () => {
  const told = ZOO.map((cell) => {
    const network = layersOf(cell);
    const kept = keptStates(memoryLedger(network, reference, vectorsFor(network, 1)));
    return `${cell.name}: ${kept.map(({ name, shown }) => `${name} → ${shown?.name}`).join(", ")}`;
  });
  expect(told).toMatchInlineSnapshot(`
    [
      "rnn: ",
      "rnn-relu: ",
      "irnn: ",
      "lstm-1997: c → h",
      "lstm: c → h",
      "lstm-peephole: c → h",
      "lstm-coupled: c → h",
      "lstm-projection: c → m",
      "lstm-nig: c → h",
      "lstm-nfg: c → h",
      "lstm-nog: c → h",
      "lstm-niaf: c → h",
      "lstm-noaf: c → h",
      "lstm-cifg: c → h",
      "lstm-fgr: c → h",
      "gru: h → h",
      "gru-reset-before: h → h",
      "mgu: h → h",
      "mingru: h → h",
      "minlstm: h → h",
      "slstm: c → h, n → h",
      "sru: c → h",
      "rnn-torch: ",
      "rnn-relu-torch: ",
      "lstm-torch: c → h",
      "lstm-projection-torch: c → m",
      "gru-torch: h → h",
    ]
  `);
});

it("says why not, and what can be said", () => {
  const reasons = [rnn, lstm, slstm].flatMap((cell) => {
    const network = layersOf(cell);
    const [{ states }] = memoryLedger(network, reference, vectorsFor(network, 1)).layers;
    return states.flatMap((state) => (isKept(state) ? [] : [`${cell.name}: ${state.reason}`]));
  });
  expect(reasons).toMatchInlineSnapshot(`
    [
      "rnn: h[t] is not keep ∘ h[t-1] + written: h[t-1] comes back only through U, which mixes all units. What one unit of it keeps or erases cannot be said; how far back it matters, gradientFlow tells.",
      "lstm: h[t] is not keep ∘ h[t-1] + written: h[t-1] comes back only through W_f, W_i, W_g and W_o, which mix all units. What one unit of it keeps or erases cannot be said; what this layer keeps is in c.",
      "slstm: m[t] is not keep ∘ m[t-1] + written: m[t-1] comes back through logf + m[t-1]. What one unit of it keeps or erases cannot be said; what this layer keeps is in c and n.",
      "slstm: h[t] is not keep ∘ h[t-1] + written: h[t-1] comes back only through R_z, R_o, R_i and R_f, which mix all units. What one unit of it keeps or erases cannot be said; what this layer keeps is in c and n.",
    ]
  `);
});

describe("the parts", () => {
  it("of an LSTM are f, f ∘ c[t-1] and i ∘ g, and h is what it shows", () => {
    const model = languageModelOf(lstm);
    const ledger = memoryLedger(model, reference, TEXT);
    const signals = signalsOf(subjectOf(model, TEXT), reference);
    expect(ledger.labels.join("")).toBe(TEXT);
    signals.forEach(({ f, i, g, c, h }, layer) => {
      const state = stateOf(ledger, layer, "c");
      for (let t = 0; t < TEXT.length; t++) {
        for (let u = 0; u < 5; u++) {
          const before = t === 0 ? 0 : c[t - 1][u];
          expect(state.keep.at(t, u)).toBe(f[t][u]);
          expect(state.kept.at(t, u)).toBe(f[t][u] * before);
          expect(state.erased.at(t, u)).toBe(before - f[t][u] * before);
          expect(state.written.at(t, u)).toBe(i[t][u] * g[t][u]);
          expect(state.shown?.at(t, u)).toBe(h[t][u]);
        }
      }
    });
  });

  it("of the LSTM of 1997 are never erased: all that was written survives whole", () => {
    const network = layersOf(lstm1997);
    const c = stateOf(memoryLedger(network, reference, vectorsFor(network, STEPS)), 0, "c");
    expect(c.erased.values.every((value) => value === 0)).toBe(true);
    expect(c.surviving(1, 8, 3)).toBe(c.written.at(1, 3));
  });

  it("of a memory with an open gate and a shut one are what they must be", () => {
    const cell = defineCell("f = W_f·x[t]\nc[t] = f * c[t-1] + W·x[t]\nh[t] = c[t]");
    const network = layersOf(cell);
    const c = stateOf(memoryLedger(network, reference, vectorsFor(network, STEPS)), 0, "c");
    const [a, b] = [c.keep.at(4, 2), c.keep.at(5, 2)];
    expect(c.surviving(3, 5, 2)).toBe(c.written.at(3, 2) * a * b);
    expect(c.surviving(3, 3, 2)).toBe(c.written.at(3, 2));
    expect(c.surviving(4, 3, 2)).toBe(0);
    for (const [from, to, unit] of [
      [3, 9, 2],
      [-1, 3, 2],
      [3, 4, 5],
    ]) {
      expect(c.surviving(from, to, unit)).toBeNaN();
    }
  });

  it("of layers that read backward stand where they read, and survive towards the beginning", () => {
    const network = layersOf(gru, 1, true);
    const input = vectorsFor(network, STEPS);
    const ledger = memoryLedger(network, reference, input);
    const h = stateOf(ledger, 1, "h");
    expect(ledger.layers[1].place.direction).toBe("backward");
    expect(h.surviving(5, 3, 0)).toBe(h.written.at(5, 0) * h.keep.at(4, 0) * h.keep.at(3, 0));
    expect(h.surviving(3, 5, 0)).toBe(0);
    const before = (t: number) => (t === STEPS - 1 ? 0 : h.memory.at(t + 1, 0));
    for (let t = 0; t < STEPS; t++) {
      expect(Math.abs(h.erased.at(t, 0) + h.kept.at(t, 0) - before(t))).toBeLessThan(1e-15);
    }
  });
});

describe("an input", () => {
  it("that is read in parts has the accounts of the whole", () => {
    const model = languageModelOf(mgu);
    const long = TEXT.repeat(25);
    const h = stateOf(memoryLedger(model, reference, long), 1, "h");
    const [, { h: whole }] = signalsOf(subjectOf(model, long), reference);
    for (const t of [0, 255, 256, 257, 512, 599]) {
      expect(h.memory.at(t, 4)).toBe(whole[t][4]);
      const before = t === 0 ? 0 : whole[t - 1][4];
      expect(h.erased.at(t, 4)).toBe(before - h.kept.at(t, 4));
    }
  });

  it.each(Object.keys(NETWORKS))("of a network is kept account of: %s", (name) => {
    const network = smallNetwork(name, "float64");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 4, seed: 3 });
    const ledger = memoryLedger(network, reference, { examples });
    for (const { kept, written, memory } of keptStates(ledger)) {
      memory.values.forEach((value, i) => {
        // What zoneout holds is reckoned in another order: a rounding of numbers below one.
        const off = Math.abs(kept.values[i] + written.values[i] - value);
        expect(off).toBeLessThanOrEqual(network.config.zoneout > 0 ? 2e-16 : 0);
      });
    }
  });

  it("is kept account of where it is asked: layers, and units by their numbers", () => {
    const model = languageModelOf(lstm);
    const all = stateOf(memoryLedger(model, reference, TEXT), 1, "c");
    const keep = { layers: [1], units: [4, 2] };
    const some = memoryLedger(model, reference, TEXT, { keep });
    expect(some.layers[0].states).toEqual([]);
    const c = stateOf(some, 1, "c");
    expect(c.written.unitNumbers).toEqual([4, 2]);
    expect(c.surviving(2, 7, 4)).toBe(all.surviving(2, 7, 4));
    expect(c.surviving(2, 7, 3)).toBeNaN();
    expect(() => memoryLedger(model, reference, TEXT, { keep: { layers: [2] } })).toThrow(
      "layer 2: the model has layers 0 to 1",
    );
    expect(() => memoryLedger(model, reference, TEXT, { keep: { units: [600] } })).toThrow(
      "unit 600: layer 0 has 5 units, 0 to 4",
    );
  });
});

it("shows of a projected memory what is projected", () => {
  const network = layersOf(lstmProjection);
  const input = vectorsFor(network, 3);
  const [{ m }] = signalsOf(subjectOf(network, input), reference);
  const { shown } = stateOf(memoryLedger(network, reference, input), 0, "c");
  expect(Array.from({ length: 5 }, (_, u) => shown?.at(2, u))).toEqual(m[2]);
});

it("says of a state that is always the same, or that nothing reads, that nothing of it is kept", () => {
  const cells = [
    "k[t] = 0.5 + b_k\nh[t] = tanh(W·x[t] + U·h[t-1] + k[t-1])",
    "a[t] = tanh(W_a·x[t])\nh[t] = tanh(W·x[t] + U·h[t-1] + a)",
  ];
  const reasons = cells.map((equations) => {
    const network = layersOf(defineCell(equations));
    const [{ states }] = memoryLedger(network, reference, vectorsFor(network, 1)).layers;
    return "reason" in states[0] ? states[0].reason : null;
  });
  expect(reasons).toEqual([
    "k[t] is not keep ∘ k[t-1] + written: it is the same at every step, since its line reads neither x[t] nor a state. Nothing of it is kept, erased or written.",
    "a[t] is not keep ∘ a[t-1] + written: nothing reads a[t-1]. It is made anew at every step, and nothing of it is kept.",
  ]);
});
