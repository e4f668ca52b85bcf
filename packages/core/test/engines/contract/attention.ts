/** Attention against answers by hand and by PyTorch, and what holds of lengths, padding and the order of the batch. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { type AttentionOptions, attentionSubject } from "./attentionSubject.ts";
import { expectClose, expectSameBits, type Tolerance } from "./close.ts";
import { given, read } from "./special.ts";
import { again, type Run, runSubject } from "./subject.ts";

/**
 * PyTorch 1.13 in float64, by autograd: `a = softmax(e, 0)`, `o = a @ v` with `e = k @ q` or `e = tanh(q + k) @ w`, and the gradients of
 * `o @ dy`.
 */
const KNOWN = {
  queries: [1, 2],
  keys: [0.5, -0.25, 1, 0.5, -1, 0.75],
  values: [1, 0, 0, 2, 3, -1],
  vector: [0.5, -1],
  dy: [1, -0.5],
};
const TORCH = [
  {
    score: "dot",
    weights: [0.09962364806231833, 0.7361247243125938, 0.1642516276250878],
    y: [0.5923785309375817, 1.3079978210000998],
    dQueries: [-1.222885136186295, 0.06692861477946749],
    dKeys: [
      ...[0.10576249506931612, 0.21152499013863224, -0.6907644393951345],
      ...[-1.381528878790269, 0.5850019443258184, 1.1700038886516368],
    ],
    dValues: [
      ...[0.09962364806231833, -0.04981182403115916, 0.7361247243125938],
      ...[-0.3680623621562969, 0.1642516276250878, -0.0821258138125439],
    ],
    dVector: null,
  },
  {
    score: "additive",
    weights: [0.38624898198754354, 0.38019455028439636, 0.23355646772806005],
    y: [1.0869183851717237, 0.5268326328407327],
    dQueries: [0.294225683115259, 0.0005414236705246715],
    dKeys: [
      ...[0.006159579710123317, -0.0077588148227502735, -0.024490597946810834],
      ...[0.018436006474411907, 0.3125567013519465, -0.010135767981136962],
    ],
    dValues: [
      ...[0.38624898198754354, -0.19312449099377177, 0.38019455028439636],
      ...[-0.19009727514219818, 0.23355646772806005, -0.11677823386403002],
    ],
    dVector: [-0.6066404909351879, 0.00019496301591326315],
  },
] as const;

const plain: AttentionOptions = {
  ...{ score: "dot", keySize: 5, valueSize: 7, shared: false },
  ...{ sourceSteps: 4, moreSourceSteps: 0, lengths: true },
};
const outputs = ["weights", "y", "dQueries", "dKeys", "dValues"] as const;

/** Rows of a step's sequences, or of many steps', in another order. */
function permuted(values: readonly number[], width: number, order: readonly number[]) {
  const batch = order.length;
  return values.map((_, n) => {
    const row = Math.floor(n / width);
    const from = row - (row % batch) + order[row % batch];
    return values[from * width + (n % width)];
  });
}

export function attentionContract(createEngine: () => Engine, tolerance: Tolerance): void {
  describe("attention", () => {
    it("gives the middle one of three keys twice the weight where its score is log 2", () => {
      const make = attentionSubject({
        ...{ score: "dot", keySize: 1, valueSize: 1, shared: false },
        ...{ sourceSteps: 3, moreSourceSteps: 0, lengths: false },
      });
      const values = { queries: [1], keys: [0, Math.LN2, 0], values: [4, 8, 0] };
      const run = runSubject(createEngine(), given(make, values), { steps: 1, batch: 1 });
      expectClose("weights", read(run, "weights"), [0.25, 0.5, 0.25], tolerance);
      expectClose("output", read(run, "y"), [0.25 * 4 + 0.5 * 8], tolerance);
    });

    it.each(TORCH)("is PyTorch's with $score scores", ({ score, dVector, ...wanted }) => {
      const make = attentionSubject({
        ...{ score, keySize: 2, valueSize: 2, shared: false },
        ...{ sourceSteps: 3, moreSourceSteps: 0, lengths: false },
      });
      const run = runSubject(createEngine(), given(make, KNOWN), { steps: 1, batch: 1 });
      for (const what of outputs) expectClose(what, read(run, what), wanted[what], tolerance);
      if (dVector) expectClose("dVector", read(run, "dVector"), dVector, tolerance);
    });

    it("neither overflows nor vanishes at scores of ten thousand", () => {
      const make = attentionSubject({
        ...{ score: "dot", keySize: 1, valueSize: 1, shared: false },
        ...{ sourceSteps: 3, moreSourceSteps: 0, lengths: false },
      });
      const values = { queries: [100], keys: [-100, 100, 0], values: [1, 2, 3], dy: [1] };
      const run = runSubject(createEngine(), given(make, values), { steps: 1, batch: 1 });
      expect(read(run, "weights")).toEqual([0, 1, 0]);
      expect(read(run, "y")).toEqual([2]);
      expect(read(run, "dKeys").map(Math.abs)).toEqual([0, 0, 0]);
    });

    it("is the value itself at length 1, and zero at length 0", () => {
      const make = given(attentionSubject(plain), { lengths: [1, 0] });
      const run = runSubject(createEngine(), make, { steps: 2, batch: 2 });
      const first = read(run, "values").slice(0, 7);
      const none = Array.from({ length: 7 }, () => 0);
      expect(read(run, "y")).toEqual([...first, ...none, ...first, ...none]);
      const row = [...[1, 0, 0, 0], ...[0, 0, 0, 0]];
      expect(read(run, "weights")).toEqual([...row, ...row]);
      // Every other sequence is empty: nothing reaches its keys.
      const dKeys = read(run, "dKeys");
      expect(dKeys.filter((x, n) => Math.floor(n / 5) % 2 === 1 && x !== 0)).toEqual([]);
    });

    it.each(["dot", "additive"] as const)(
      "takes nothing from what stands behind a sequence's end, be it NaN: %s",
      (score) => {
        const make = given(attentionSubject({ ...plain, score }), { lengths: [2, 3] });
        const used = { steps: 3, batch: 2 };
        const clean = runSubject(createEngine(), make, used);
        const behind = (width: number) => (value: number, n: number) => {
          const row = Math.floor(n / width);
          return Math.floor(row / 2) >= [2, 3][row % 2] ? Number.NaN : value;
        };
        const spoilt = given(make, {
          keys: read(clean, "keys").map(behind(5)),
          values: read(clean, "values").map(behind(7)),
        });
        const run = runSubject(createEngine(), spoilt, used);
        for (const what of outputs) expectSameBits(what, read(run, what), read(clean, what));
      },
    );

    it("leaves no weight of a longer source to a shorter one", () => {
      const make = attentionSubject({ ...plain, lengths: false });
      const run = runSubject(createEngine(), make, { steps: 2, batch: 3 });
      const [operation] = run.plan.operations;
      const span = { steps: 2, batch: 3, from: 0, to: 3, axisSteps: 2, sourceSteps: 2 };
      operation.forward(span);
      const weights = read(run, "weights");
      expect(weights.filter((x, n) => n % 4 >= 2 && x !== 0)).toEqual([]);
      const sums = Array.from({ length: 6 }, (_, row) => weights[4 * row] + weights[4 * row + 1]);
      expectClose(
        "sums",
        sums,
        Array.from(sums, () => 1),
        tolerance,
      );
    });

    it.each(["dot", "additive"] as const)("permutes when the batch is permuted: %s", (score) => {
      const order = [3, 0, 4, 2, 1];
      const used = { steps: 3, batch: 5 };
      const make = attentionSubject({ ...plain, score });
      const run = runSubject(createEngine(), make, used);
      const mix = (target: Run, what: string, width: number) =>
        permuted(read(target, what), width, order);
      const mixed = runSubject(
        createEngine(),
        given(make, {
          queries: mix(run, "queries", 5),
          keys: mix(run, "keys", 5),
          values: mix(run, "values", 7),
          dy: mix(run, "dy", 7),
          lengths: mix(run, "lengths", 1),
        }),
        used,
      );
      const widths = { weights: 4, y: 7, dQueries: 5, dKeys: 5, dValues: 7 };
      for (const what of outputs) {
        expectSameBits(what, read(mixed, what), mix(run, what, widths[what]));
      }
    });

    it("begins gradients anew in every pass", () => {
      const run = runSubject(createEngine(), attentionSubject(plain), { steps: 3, batch: 2 });
      const first = outputs.map((what) => read(run, what));
      again(run, { steps: 3, batch: 2 }, { stepCuts: [1, 2] });
      outputs.forEach((what, n) => {
        expectSameBits(what, read(run, what), first[n]);
      });
    });
  });
}
