/** What random shapes do not show: known answers, ignored rows, and numbers that are not finite. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { expectClose, type Tolerance } from "./close.ts";
import { crossEntropySubject } from "./lossSubjects.ts";
import { type MakeSubject, type Part, type Run, runSubject } from "./subject.ts";
import { dropoutSubject, embeddingSubject, linearSubject } from "./subjects.ts";
import { expectAgreement } from "./universal.ts";

/** A part of a run by its name. */
export function read(run: Run, what: string): readonly number[] {
  const { inputs, integers, forward, backward, gradients } = run.subject;
  const parts: readonly Part[] = [...inputs, ...forward, ...backward, ...gradients];
  const part = parts.find((p) => p.what === what);
  if (part) return run.read(part);
  const whole = integers.find((p) => p.what === what);
  if (!whole) throw new RangeError(`no part ${what}`);
  return whole.positions.map((at) => run.plan.integers[at]);
}

/** The subject with some of its inputs given. */
export function given(
  make: MakeSubject,
  values: Readonly<Record<string, readonly number[]>>,
): MakeSubject {
  return (capacity, used) => {
    const subject = make(capacity, used);
    const single = (part: Part, n: number) => ({
      what: `${part.what} ${n}`,
      positions: [part.positions[n]],
      width: null,
      value: () => values[part.what][n],
    });
    const replaced = subject.inputs.flatMap((part) =>
      part.what in values ? [part, ...part.positions.map((_, n) => single(part, n))] : [part],
    );
    const integers = subject.integers.flatMap((part) =>
      part.what in values ? [part, ...part.positions.map((_, n) => single(part, n))] : [part],
    );
    return { ...subject, inputs: replaced, integers };
  };
}

const one = { steps: 1, batch: 1 };

export function specialContract(createEngine: () => Engine, tolerance: Tolerance): void {
  describe("crossEntropy", () => {
    const run = (logits: readonly number[], target: number): Run => {
      const make = crossEntropySubject({ vocabularySize: logits.length, inPlace: false });
      return runSubject(createEngine(), given(make, { logits, targets: [target] }), one);
    };

    it("is log V where all logits are equal", () => {
      const equal = run([5, 5, 5, 5, 5], 2);
      expectClose("loss", read(equal, "losses"), [Math.log(5)], tolerance);
      expectClose("gradient", read(equal, "dLogits"), [0.2, 0.2, -0.8, 0.2, 0.2], tolerance);
    });

    it("neither overflows nor vanishes at logits of a thousand", () => {
      const large = run([1000, 0, -1000], 1);
      expectClose("loss", read(large, "losses"), [1000], tolerance);
      expectClose("gradient", read(large, "dLogits"), [1, -1, 0], tolerance);
    });

    it("counts an ignored row as nothing, whatever its logits", () => {
      const ignored = run([Number.NaN, 1, 2], -1);
      expect(read(ignored, "losses")).toEqual([0]);
      expect(read(ignored, "dLogits")).toEqual([0, 0, 0]);
    });

    it("lets a NaN or an infinite logit through to the loss", () => {
      expect(read(run([0, Number.NaN, 1], 0), "losses")[0]).toBeNaN();
      expect(read(run([Number.NaN, 0, 1], 2), "losses")[0]).toBeNaN();
      expect(read(run([0, 1, Number.POSITIVE_INFINITY], 0), "losses")[0]).not.toBeLessThan(
        Number.POSITIVE_INFINITY,
      );
      expect(read(run([0, Number.NEGATIVE_INFINITY, 1], 1), "losses")).toEqual([
        Number.POSITIVE_INFINITY,
      ]);
    });

    it("gives a row's gradients that sum to zero", () => {
      const make = crossEntropySubject({ vocabularySize: 17, inPlace: true });
      const gradients = read(runSubject(createEngine(), make, { steps: 3, batch: 2 }), "dLogits");
      for (let row = 0; row < 6; row++) {
        const sum = gradients.slice(row * 17, (row + 1) * 17).reduce((a, b) => a + b, 0);
        expectClose("sum", [sum], [0], tolerance);
      }
    });
  });

  describe("dropout", () => {
    it("keeps the share that it should", () => {
      const make = dropoutSubject({ width: 100, rate: 0.3 });
      const kept = read(runSubject(createEngine(), make, { steps: 10, batch: 10 }), "y");
      const share = kept.filter((value) => value !== 0).length / kept.length;
      // 10,000 draws: one standard deviation is √(0.3 · 0.7 / 10,000) = 0.0046; four of them.
      expect(Math.abs(share - 0.7)).toBeLessThan(0.019);
    });

    it("passes gradients where it passed values", () => {
      const make = dropoutSubject({ width: 17, rate: 0.5 });
      const run = runSubject(createEngine(), make, { steps: 3, batch: 3 });
      const [y, dx] = [read(run, "y"), read(run, "dx")];
      expect(dx.map((value) => value === 0)).toEqual(y.map((value) => value === 0));
    });

    it("draws another mask for another key", () => {
      const make = dropoutSubject({ width: 50, rate: 0.5 });
      const masks = [
        [1, 2],
        [1, 3],
        [2, 2],
      ].map((key) => {
        const run = runSubject(createEngine(), given(make, { key }), { steps: 1, batch: 2 });
        return read(run, "y").map((value) => value === 0);
      });
      expect(masks[0]).not.toEqual(masks[1]);
      expect(masks[0]).not.toEqual(masks[2]);
    });

    it("changes nothing at rate 0", () => {
      const make = dropoutSubject({ width: 9, rate: 0 });
      const run = runSubject(createEngine(), make, { steps: 2, batch: 3 });
      expect(read(run, "y")).toEqual(read(run, "x"));
    });
  });

  describe("embedding", () => {
    it("adds the gradients of a token that occurs often, and leaves zero for one that does not", () => {
      const make = given(embeddingSubject({ vocabularySize: 4, embeddingSize: 1 }), {
        tokens: [2, 0, 2, 2],
        dy: [1, 10, 2, 4],
      });
      const run = runSubject(createEngine(), make, { steps: 2, batch: 2 });
      expect(read(run, "dTable")).toEqual([10, 0, 7, 0]);
    });
  });

  describe("linear", () => {
    const options = { inputSize: 2, outputSize: 3, bias: true, accumulate: false };
    // y = x·W + b with x = [1, 2]: 1·1 + 2·4 + 0.5, 1·2 + 2·5 + 0.25, 1·3 + 2·6 − 1.
    const x = [1, 2];
    const b = [0.5, 0.25, -1];
    const y = [9.5, 12.25, 14];

    it.each([false, true])(
      "agrees beyond a tile and a block of rows, transposed %s",
      (transposed) => {
        const sizes = { inputSize: 131, outputSize: 70 };
        const make = linearSubject({ ...options, ...sizes, transposed });
        expectAgreement(createEngine(), make, { steps: 20, batch: 13 }, tolerance);
      },
    );

    it("is x · W + b", () => {
      const make = linearSubject({ ...options, transposed: false });
      const run = runSubject(createEngine(), given(make, { x, W: [1, 2, 3, 4, 5, 6], b }), one);
      expect(read(run, "y")).toEqual(y);
    });

    it("is x · Wᵀ + b where it is transposed", () => {
      const make = linearSubject({ ...options, transposed: true });
      const run = runSubject(createEngine(), given(make, { x, W: [1, 4, 2, 5, 3, 6], b }), one);
      expect(read(run, "y")).toEqual(y);
    });

    it("lets NaN and infinity through to the rows that they are in, and to the weights' gradients", () => {
      const make = linearSubject({ ...options, transposed: false });
      const spoilt = given(make, { x: [1, 2, 1, Number.NaN, 1, Number.POSITIVE_INFINITY] });
      const run = runSubject(createEngine(), spoilt, { steps: 1, batch: 3 });
      const finite = read(run, "y").map((value) => Number.isFinite(value));
      expect(finite).toEqual([true, true, true, false, false, false, false, false, false]);
      expect(read(run, "dW").map((value) => Number.isNaN(value))).toEqual([
        ...[false, false, false],
        ...[true, true, true],
      ]);
    });
  });
}
