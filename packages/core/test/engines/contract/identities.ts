/** What is true of any cell, whatever its equations, and of the LSTM's memory. */
import { expect, it } from "vitest";
import type { Cell } from "../../../src/cells/cell.ts";
import { lstm } from "../../../src/cells/zoo/index.ts";
import type { Sizes } from "../../../src/engines/cellTensors.ts";
import type { Engine, Tensor } from "../../../src/engines/engine.ts";
import { CellRun } from "./cellRun.ts";
import { expectClose, expectSameBits, type Tolerance } from "./close.ts";

/** A tensor's rows from `first` on. */
function rowsFrom(tensor: Tensor, first: number): Tensor {
  const { offset, rows, stride } = tensor;
  return { ...tensor, offset: offset + first * stride, rows: rows - first };
}

/** Rows of one step, or of many, in another order of their sequences. */
function permuted(
  values: readonly number[],
  width: number,
  order: readonly number[],
): readonly number[] {
  const batch = order.length;
  return values.map((_, n) => {
    const row = Math.floor(n / width);
    const from = row - (row % batch) + order[row % batch];
    return values[from * width + (n % width)];
  });
}

export function cellIdentities(
  cell: Cell,
  sizes: Sizes,
  createEngine: () => Engine,
  tolerance: Tolerance,
): void {
  const { program } = cell;
  const run = (steps: number, batch: number): CellRun =>
    new CellRun(createEngine(), cell, sizes, { steps, batch }).fill();

  it("ends a sequence cut in two, its state carried over, where the whole one ends", () => {
    const whole = run(5, 3).forward();
    const first = run(2, 3);
    const second = run(3, 3);
    first.set(first.x, whole.get(whole.x).slice(0, 2 * 3 * sizes.in));
    first.forward();
    second.set(second.x, whole.get(rowsFrom(whole.x, 2 * 3)));
    program.states.forEach((_, s) => {
      second.set(second.initial(s), first.get(first.last(s)));
    });
    second.forward();
    program.states.forEach(({ name }, s) => {
      expectClose(name, second.get(second.last(s)), whole.get(whole.last(s)), tolerance);
    });

    // And the gradients, carried the other way.
    const dh = whole.training.outputGradient;
    second.set(second.training.outputGradient, whole.get(rowsFrom(dh, 2 * 3)));
    first.set(first.training.outputGradient, whole.get(dh).slice(0, 2 * 3 * dh.width));
    second.backward();
    program.states.forEach((_, s) => {
      const carried = second.get(second.training.stateGradients[s]);
      first.set(first.training.stateGradients[s], carried);
    });
    first.backward();
    whole.backward();
    program.states.forEach(({ name }, s) => {
      const [mine, wanted] = [first, whole].map((r) => r.get(r.training.stateGradients[s]));
      expectClose(`d${name}[0]`, mine, wanted, tolerance);
    });
  });

  it("permutes its outputs and gradients when the batch is permuted", () => {
    const order = [3, 0, 4, 2, 1];
    const plain = run(3, 5);
    const mixed = run(3, 5);
    const mix = (tensorOf: (r: CellRun) => Tensor): void => {
      const values = plain.get(tensorOf(plain));
      mixed.set(tensorOf(mixed), permuted(values, tensorOf(plain).width, order));
    };
    mix((r) => r.x);
    mix((r) => r.training.outputGradient);
    program.states.forEach((_, s) => {
      mix((r) => r.initial(s));
      mix((r) => r.training.stateGradients[s]);
    });
    plain.forward().backward();
    mixed.forward().backward();
    program.states.forEach(({ name }, s) => {
      for (const tensorOf of [
        (r: CellRun) => r.spec.states[s],
        (r: CellRun) => r.training.stateGradients[s],
      ]) {
        const wanted = permuted(plain.get(tensorOf(plain)), tensorOf(plain).width, order);
        expectClose(name, mixed.get(tensorOf(mixed)), wanted, tolerance);
      }
    });
    plain.training.weightGradients.forEach((gradient, n) => {
      expectClose(
        "dW",
        mixed.get(mixed.training.weightGradients[n]),
        plain.get(gradient),
        tolerance,
      );
    });
  });

  it("lets a NaN through to its sequence's output, and to no other's", () => {
    const clean = run(3, 3).forward();
    const spoilt = run(3, 3);
    const x = [...spoilt.get(spoilt.x)];
    // The second sequence at the second step.
    x.fill(Number.NaN, (3 + 1) * sizes.in, (3 + 2) * sizes.in);
    spoilt.set(spoilt.x, x);
    spoilt.forward();
    const [got, wanted] = [spoilt, clean].map((r) => r.get(r.last(program.output)));
    const width = got.length / 3;
    const other = (_: number, n: number): boolean => Math.floor(n / width) !== 1;
    expectSameBits("h of the others", got.filter(other), wanted.filter(other));
    expect(got.slice(width, 2 * width).every(Number.isNaN)).toBe(true);
  });
}

/** c[t] = f·c[t−1] + i·g with f = 1 and i = 0: the constant error carousel. */
export function lstmMemory(createEngine: () => Engine): void {
  const sizes = { in: 3, units: 5, out: 5 };
  const memory = lstm.program.states.findIndex(({ name }) => name === "c");
  // sigmoid(60) is 1 and sigmoid(−800) is 0, or too small to count beside a number near 1, in either precision.
  const held = (): CellRun => {
    const run = new CellRun(createEngine(), lstm, sizes, { steps: 4, batch: 3 }).fill();
    run.setVector("b_f", Array(5).fill(60));
    run.setVector("b_i", Array(5).fill(-800));
    return run;
  };

  it("remembers its cell exactly when the forget gate is open and the input gate is shut", () => {
    const run = held();
    const before = run.get(run.initial(memory));
    run.forward();
    expectSameBits("c[T]", run.get(run.last(memory)), before);
  });

  it("sends the cell's gradient back exactly when nothing is read from it on the way", () => {
    const run = held();
    // An output gate that is shut, and no gradient but the last cell's.
    run.setVector("b_o", Array(5).fill(-800));
    run.set(run.training.outputGradient, Array(4 * 3 * 5).fill(0));
    run.set(run.training.stateGradients[lstm.program.output], Array(3 * 5).fill(0));
    const last = run.get(run.training.stateGradients[memory]);
    run.forward().backward();
    expectSameBits("dc[0]", run.get(run.training.stateGradients[memory]), last);
  });

  it("shows nothing when the output gate is shut", () => {
    const run = held();
    run.setVector("b_o", Array(5).fill(-800));
    run.forward();
    for (const value of run.get(run.last(lstm.program.output)))
      expect(Math.abs(value)).toBeLessThan(1e-30);
  });
}
