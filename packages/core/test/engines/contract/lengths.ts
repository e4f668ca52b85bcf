/** What is true of a batch of sequences of different lengths, whatever the cell. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Cell } from "../../../src/cells/cell.ts";
import { positions, type Sizes } from "../../../src/engines/cellTensors.ts";
import type { Engine, Tensor } from "../../../src/engines/engine.ts";
import { RandomStream, streamKey } from "../../../src/numbers/random.ts";
import { CellRun } from "./cellRun.ts";
import { expectClose, expectSameBits, type Tolerance } from "./close.ts";

/** Steps, a length up to as many for each of one to five sequences, and a seed. */
const batches = fc.integer({ min: 1, max: 4 }).chain((steps) =>
  fc.record({
    steps: fc.constant(steps),
    lengths: fc.array(fc.integer({ min: 0, max: steps }), { minLength: 1, maxLength: 5 }),
    seed: fc.nat(1000),
  }),
);

interface Batch {
  readonly steps: number;
  readonly lengths: readonly number[];
}

/** Places in a tensor of sequences of the elements behind the ends. */
function behindEnds(tensor: Tensor, { steps, lengths }: Batch): readonly number[] {
  const batch = lengths.length;
  const { offset, width, stride } = tensor;
  return Array.from({ length: steps * batch }, (_, row) => row)
    .filter((row) => Math.floor(row / batch) >= lengths[row % batch])
    .flatMap((row) => Array.from({ length: width }, (_, u) => offset + row * stride + u));
}

/** A tensor's rows of one sequence: of one step each, or (of a tensor of states' gradients) its only one. */
function sequenceOf(tensor: Tensor, b: number, batch: number, length: number): Tensor {
  const { offset, stride } = tensor;
  return { ...tensor, offset: offset + b * stride, rows: length, stride: batch * stride };
}

export function lengthIdentities(
  cell: Cell,
  sizes: Sizes,
  createEngine: () => Engine,
  tolerance: Tolerance,
): void {
  const { program } = cell;
  const engine = createEngine();
  const run = ({ steps, lengths }: Batch): CellRun =>
    new CellRun(engine, cell, sizes, { steps, batch: lengths.length }, lengths).fill();
  const always = (check: (given: Batch & { readonly seed: number }) => void): void => {
    fc.assert(
      fc.property(batches, (given) => check(given)),
      { seed: 20262, numRuns: 6 },
    );
  };
  /** Everything that a training step leaves, by name. */
  const results = ({ spec, training }: CellRun): readonly (readonly [string, Tensor])[] => [
    ...spec.states.map((tensor, s) => [program.states[s].name, tensor] as const),
    ...spec.signals.map(({ signal, into }) => [program.signals[signal].name, into] as const),
    ...(training.inputGradient ? [["dx", training.inputGradient] as const] : []),
    ["dh", training.outputGradient],
    ...training.stateGradients.map((t, s) => [`d${program.states[s].name}[0]`, t] as const),
    ...training.weightGradients.map((tensor, n) => [`dW ${n}`, tensor] as const),
    ...training.vectorGradients.map((t, v) => [`d${program.vectors[v].name}`, t] as const),
  ];

  it("gives the same bits whatever stands behind the ends", () => {
    always((given) => {
      const clean = run(given);
      const spoilt = run(given);
      const random = new RandomStream(streamKey(given.seed, "rubbish"));
      const spoil = (run: CellRun, tensor: Tensor, rubbish: () => number): void => {
        for (const at of behindEnds(tensor, given)) run.plan.numbers[at] = rubbish();
      };
      spoil(clean, clean.x, () => 0);
      spoil(spoilt, spoilt.x, () => 1e30 * (2 * random.uniform() - 1));
      // Of x only that it is finite there matters; of what comes from above, nothing.
      spoil(spoilt, spoilt.training.outputGradient, () => Number.NaN);
      clean.forward().backward();
      spoilt.forward().backward();
      const wanted = results(clean);
      results(spoilt).forEach(([what, tensor], n) => {
        expectSameBits(what, spoilt.get(tensor), clean.get(wanted[n][1]));
      });
    });
  });

  it("leaves zero behind the ends: states, signals, gradients of inputs and outputs", () => {
    always((given) => {
      const done = run(given).forward().backward();
      const { spec, training, plan } = done;
      const tensors = [...spec.states, ...spec.signals.map(({ into }) => into)];
      for (const tensor of [...tensors, training.inputGradient, training.outputGradient]) {
        if (!tensor) continue;
        const left = behindEnds(tensor, given).filter((at) => plan.numbers[at] !== 0);
        expect(left).toEqual([]);
      }
    });
  });

  it("treats each sequence as if it were alone and had just its steps", () => {
    always((given) => {
      const batch = given.lengths.length;
      const all = run(given);
      const { weightGradients, vectorGradients } = all.training;
      const learned = [...weightGradients, ...vectorGradients];
      const sums = learned.map((tensor) => positions(tensor).map(() => 0));
      const last = all.training.stateGradients.map((tensor) => all.get(tensor));
      all.forward().backward();
      given.lengths.forEach((length, b) => {
        const state = (s: number): Tensor => sequenceOf(all.spec.states[s], b, batch, length);
        const gradient = (s: number): Tensor =>
          sequenceOf(all.training.stateGradients[s], b, batch, 1);
        if (length === 0) {
          program.states.forEach((_, s) => {
            const width = sizes[program.states[s].width];
            const before = last[s].slice(b * width, (b + 1) * width);
            expectSameBits("handed through", all.get(gradient(s)), before);
          });
          return;
        }
        const alone = new CellRun(engine, cell, sizes, { steps: length, batch: 1 }).fill();
        alone.set(alone.x, all.get(sequenceOf(all.x, b, batch, length)));
        const dh = all.training.outputGradient;
        alone.set(alone.training.outputGradient, all.get(sequenceOf(dh, b, batch, length)));
        program.states.forEach(({ width }, s) => {
          const W = sizes[width];
          alone.set(alone.initial(s), all.get(sequenceOf(all.initial(s), b, batch, 1)));
          alone.set(alone.training.stateGradients[s], last[s].slice(b * W, (b + 1) * W));
        });
        alone.forward().backward();
        program.states.forEach(({ name }, s) => {
          expectClose(name, all.get(state(s)), alone.get(alone.spec.states[s]), tolerance);
          const wanted = alone.get(alone.training.stateGradients[s]);
          expectClose(`d${name}[0]`, all.get(gradient(s)), wanted, tolerance);
        });
        const dx = all.training.inputGradient;
        if (dx && alone.training.inputGradient) {
          const mine = all.get(sequenceOf(dx, b, batch, length));
          expectClose("dx", mine, alone.get(alone.training.inputGradient), tolerance);
        }
        const own = [...alone.training.weightGradients, ...alone.training.vectorGradients];
        own.forEach((tensor, n) => {
          alone.get(tensor).forEach((value, i) => {
            sums[n][i] += value;
          });
        });
      });
      learned.forEach((tensor, n) => {
        expectClose("dW", all.get(tensor), sums[n], tolerance);
      });
    });
  });

  it("permutes with the batch", () => {
    always((given) => {
      const batch = given.lengths.length;
      const order = new RandomStream(streamKey(given.seed, "order")).shuffle(
        Array.from({ length: batch }, (_, b) => b),
      );
      const plain = run(given);
      const mixed = run({ ...given, lengths: order.map((b) => given.lengths[b]) });
      const move = (from: Tensor, to: Tensor, steps: number): void => {
        order.forEach((source, b) => {
          const values = plain.get(sequenceOf(from, source, batch, steps));
          mixed.set(sequenceOf(to, b, batch, steps), values);
        });
      };
      move(plain.x, mixed.x, given.steps);
      move(plain.training.outputGradient, mixed.training.outputGradient, given.steps);
      program.states.forEach((_, s) => {
        move(plain.initial(s), mixed.initial(s), 1);
        move(plain.training.stateGradients[s], mixed.training.stateGradients[s], 1);
      });
      plain.forward().backward();
      mixed.forward().backward();
      order.forEach((source, b) => {
        program.states.forEach(({ name }, s) => {
          const [mine, wanted] = [mixed, plain].map((r, n) =>
            r.get(sequenceOf(r.spec.states[s], n === 0 ? b : source, batch, given.steps)),
          );
          expectSameBits(name, mine, wanted);
          const [dMine, dWanted] = [mixed, plain].map((r, n) =>
            r.get(sequenceOf(r.training.stateGradients[s], n === 0 ? b : source, batch, 1)),
          );
          expectSameBits(`d${name}[0]`, dMine, dWanted);
        });
      });
      plain.training.weightGradients.forEach((tensor, n) => {
        const mine = mixed.get(mixed.training.weightGradients[n]);
        expectClose("dW", mine, plain.get(tensor), tolerance);
      });
    });
  });

  it("gives, where all have the call's steps, the bits that it gives without lengths", () => {
    const extent = { steps: 3, batch: 4 };
    const told = run({ steps: 3, lengths: [3, 3, 3, 3] })
      .forward()
      .backward();
    const plain = new CellRun(engine, cell, sizes, extent).fill().forward().backward();
    const wanted = results(plain);
    results(told).forEach(([what, tensor], n) => {
      expectSameBits(what, told.get(tensor), plain.get(wanted[n][1]));
    });
  });

  it("ends where the whole ends when the sequences are cut in two, states carried over", () => {
    always((given) => {
      const { steps, lengths } = given;
      const batch = lengths.length;
      const cut = Math.ceil(steps / 2);
      const rest = steps - cut;
      if (rest === 0) return;
      const whole = run(given);
      const first = run({ steps: cut, lengths: lengths.map((n) => Math.min(n, cut)) });
      const second = run({ steps: rest, lengths: lengths.map((n) => Math.max(0, n - cut)) });
      const rows = (tensor: Tensor, from: number, count: number): Tensor => {
        return { ...tensor, offset: tensor.offset + from * tensor.stride, rows: count };
      };
      for (const tensorOf of [(r: CellRun) => r.x, (r: CellRun) => r.training.outputGradient]) {
        const all = tensorOf(whole);
        first.set(tensorOf(first), whole.get(rows(all, 0, cut * batch)));
        second.set(tensorOf(second), whole.get(rows(all, cut * batch, rest * batch)));
      }
      whole.forward().backward();
      first.forward();
      /** State s after each sequence's last step. */
      const last = (r: CellRun, s: number, ends: readonly number[]): readonly number[] =>
        ends.flatMap((n, b) => r.get(rows(r.spec.states[s], (n - 1) * batch + b, 1)));
      program.states.forEach((_, s) => {
        const carried = last(
          first,
          s,
          lengths.map((n) => Math.min(n, cut)),
        );
        second.set(second.initial(s), carried);
      });
      second.forward();
      program.states.forEach(({ name }, s) => {
        const mine = last(
          second,
          s,
          lengths.map((n) => Math.max(0, n - cut)),
        );
        expectClose(name, mine, last(whole, s, lengths), tolerance);
      });
      second.backward();
      program.states.forEach((_, s) => {
        first.set(first.training.stateGradients[s], second.get(second.training.stateGradients[s]));
      });
      first.backward();
      program.states.forEach(({ name }, s) => {
        const [mine, wanted] = [first, whole].map((r) => r.get(r.training.stateGradients[s]));
        expectClose(`d${name}[0]`, mine, wanted, tolerance);
      });
    });
  });
}
