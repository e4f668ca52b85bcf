/** Held signals, gradients of signals and memory paths: what the altered program shows, and that it computes the same. */
import { describe, expect, it } from "vitest";
import { alterCell } from "../../src/cells/alter.ts";
import type { Cell } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";
import { gru, lstm, lstm1997, rnn, ZOO } from "../../src/cells/zoo/index.ts";
import { layoutCell, positions } from "../../src/engines/cellTensors.ts";
import { gradientCheck } from "../../src/engines/gradientCheck.ts";
import { Layout } from "../../src/engines/layout.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";

const STEPS = 5;
const SIZE = 4;

/** Every signal of a cell's own program or an altered one, [steps][units], from the same random weights and inputs. */
function signalsOf(cell: Cell, masks: (mask: { of: string; index: number }) => number = () => 1) {
  const { program } = cell;
  const out = program.states[program.output].width === "out" ? 3 : SIZE;
  const sizes = { in: program.tiedInput === "out" ? out : SIZE, units: SIZE, out };
  const layout = new Layout();
  const capacity = { steps: STEPS, batch: 1 };
  const spec = layoutCell(layout, program, sizes, { ...capacity, training: false });
  // Backward nodes are no business of a plan that only infers.
  const backward = new Set(program.backward.flatMap(({ nodes }) => nodes));
  const forwardSignals = program.signals.flatMap(({ node, width }, signal) => {
    const { kind } = program.nodes[node];
    if (backward.has(node) || kind === "stateGradient" || kind === "sourceGradient") return [];
    return { signal, into: layout.tensor(STEPS, sizes[width]) };
  });
  const operation = { ...spec, signals: forwardSignals };
  const plan = createReferenceEngine().compile({
    ...capacity,
    size: layout.size,
    operations: [operation],
  });
  const random = new RandomStream(streamKey(1, "alter"));
  if (!("width" in spec.input)) throw new TypeError("expected vectors");
  for (const tensor of [...spec.weights, ...spec.vectors, spec.input]) {
    for (const at of positions(tensor)) plan.numbers[at] = 2 * random.uniform() - 1;
  }
  spec.states.forEach((state, s) => {
    const { initial } = program.states[s];
    plan.numbers.fill(
      initial,
      state.offset - state.stride,
      state.offset - state.stride + state.width,
    );
  });
  spec.masks?.forEach((tensor, m) => {
    for (const at of positions(tensor)) plan.numbers[at] = masks(program.masks[m]);
  });
  plan.run("prepare", capacity);
  plan.run("forward", capacity);
  return new Map(
    forwardSignals.map(({ signal, into }) => [
      program.signals[signal].name,
      Array.from({ length: STEPS }, (_, t) => {
        const row = into.offset + t * into.stride;
        return [...plan.numbers.subarray(row, row + into.width)];
      }),
    ]),
  );
}

const isHold = ({ of }: { of: string }): number => (of === "hold" ? 0 : 1);

describe.each(ZOO)("$name", (cell) => {
  it("computes the same, bit for bit, with all signals free to be held", () => {
    const { cell: held } = alterCell(cell, { held: cell.signalNames });
    expect(signalsOf(held, isHold)).toEqual(signalsOf(cell));
  });

  it("reads exactly what a signal is held at", () => {
    for (const [index, name] of cell.signalNames.entries()) {
      const { cell: held } = alterCell(cell, { held: [name] });
      const values = signalsOf(held, ({ of }) => (of === "hold" ? 0.75 : 0)).get(name);
      expect(values?.flat().every((value) => value === 0.75)).toBe(true);
      expect(held.program.signals[index].range).toEqual(cell.program.signals[index].range);
    }
  });

  it("agrees with central differences with its signals half held", () => {
    const { cell: held } = alterCell(cell, { held: cell.signalNames });
    // As in the gradient check of the cells themselves: exponentials make large numbers of large inputs.
    const report = gradientCheck(held, { steps: 3, tolerance: 1e-5, seed: 5 });
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });

  it("has in each state with a memory path what was kept and what was written", () => {
    const { cell: shown, memory } = alterCell(cell, { memory: true });
    const signals = signalsOf(shown);
    const { program } = shown;
    const values = (index: number) => signals.get(program.signals[index].name) ?? [];
    cell.program.states.forEach(({ name, initial }, s) => {
      const path = memory[s];
      if (!path) return;
      const states = signals.get(name) ?? [];
      for (let t = 0; t < STEPS; t++) {
        for (let u = 0; u < states[t].length; u++) {
          const before = t > 0 ? states[t - 1][u] : initial;
          const kept = values(path.kept)[t][u];
          // A few roundings in float64, where the line is written in another order than kept + written.
          const least = 1e-14 * Math.max(1, Math.abs(states[t][u]), Math.abs(kept));
          expect(Math.abs(kept - values(path.keep)[t][u] * before)).toBeLessThanOrEqual(least);
          const sum = kept + values(path.written)[t][u];
          expect(Math.abs(sum - states[t][u])).toBeLessThanOrEqual(least);
        }
      }
    });
  });

  it("says where the gradient of each signal is, behind the signals themselves", () => {
    const { cell: shown, gradients } = alterCell(cell, { gradients: true });
    expect(gradients).toHaveLength(cell.signalNames.length);
    gradients.forEach((index, signal) => {
      if (index === null) return;
      expect(shown.program.signals[index].name).toBe(`∂L/∂${cell.signalNames[signal]}`);
    });
  });
});

describe("alterCell", () => {
  const memoryOf = (cell: Cell) => {
    const { cell: shown, memory } = alterCell(cell, { memory: true });
    return Object.fromEntries(
      cell.program.states.map(({ name }, s) => {
        const path = memory[s];
        return [name, path && shown.program.signals[path.keep].node];
      }),
    );
  };

  it("finds the forget gate to be what the LSTM's memory keeps, and its output to keep nothing", () => {
    const { cell: shown, memory } = alterCell(lstm, { memory: true });
    const { signals } = shown.program;
    const f = signals.find(({ name }) => name === "f");
    expect(memoryOf(lstm)).toEqual({ h: null, c: f?.node });
    expect(memory.flatMap((path) => (path ? [signals[path.keep].name] : []))).toEqual(["keep c"]);
  });

  it("finds that the memory of 1997 keeps all", () => {
    const { cell: shown } = alterCell(lstm1997, { memory: true });
    const keep = shown.program.signals.find(({ name }) => name === "keep c");
    expect(shown.program.nodes[keep?.node ?? -1]).toEqual({ kind: "number", value: 1 });
  });

  it("finds a path in the GRU's output, and none in a plain recurrent network", () => {
    expect(memoryOf(gru).h).not.toBeNull();
    expect(memoryOf(rnn).h).toBeNull();
  });

  it("multiplies out: s + z·(n − s) keeps 1 − z", () => {
    const text = "z = sigmoid(W_z·x[t])\nh[t] = h[t-1] + z * (tanh(W·x[t]) - h[t-1])";
    const { cell, memory } = alterCell(defineCell(text), { memory: true });
    const { nodes, signals } = cell.program;
    const keep = nodes[signals[memory[0]?.keep ?? -1].node];
    if (keep.kind !== "apply") throw new TypeError("expected something computed");
    const [one, z] = keep.args;
    expect([keep.op, nodes[one], z]).toEqual([
      "sub",
      { kind: "number", value: 1 },
      signals[0].node,
    ]);
  });

  it("says nothing of a state that meets itself", () => {
    const text = "h[t] = h[t-1] * h[t-1] + W·x[t]";
    expect(alterCell(defineCell(text), { memory: true }).memory).toEqual([null]);
  });

  it("is the cell itself where nothing is asked for, and the same program where the same is", () => {
    expect(alterCell(lstm, {}).cell).toBe(lstm);
    const first = alterCell(lstm, { held: ["f", "i"] });
    expect(alterCell(lstm, { held: ["i", "f"] }).cell.program).toBe(first.cell.program);
  });

  it("names the signals there are where one is to be held that is not there", () => {
    expect(() => alterCell(rnn, { held: ["f"] })).toThrow(
      'rnn: no signal "f" to hold; its equations name h',
    );
  });
});
