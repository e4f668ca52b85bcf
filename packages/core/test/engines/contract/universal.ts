/** What holds of every operation: it agrees with the reference, and keeps to its rows, its room and its padding. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { createReferenceEngine } from "../../../src/engines/reference/index.ts";
import { expectClose, expectSameBits, type Tolerance } from "./close.ts";
import { again, type Extent, type MakeSubject, outputs, runSubject } from "./subject.ts";

/** A subject of random shape, a call, and a plan with at least as much room. */
export interface Case {
  readonly make: MakeSubject;
  readonly used: Extent;
  readonly capacity: Extent;
  /** A border between two parts of the batch. */
  readonly cut: number;
  /** As a failing property shows it. */
  readonly shape: unknown;
}

/** Steps and batches that are odd, even, one, and more than four. */
export function cases<Shape>(
  shapes: fc.Arbitrary<Shape>,
  subjectOf: (shape: Shape) => MakeSubject,
): fc.Arbitrary<Case> {
  return fc
    .record({
      shape: shapes,
      steps: fc.integer({ min: 1, max: 4 }),
      batch: fc.constantFrom(1, 2, 3, 5),
      moreSteps: fc.integer({ min: 0, max: 2 }),
      moreBatch: fc.integer({ min: 0, max: 3 }),
      cutAt: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ shape, steps, batch, moreSteps, moreBatch, cutAt }) => ({
      make: subjectOf(shape),
      used: { steps, batch },
      capacity: { steps: steps + moreSteps, batch: batch + moreBatch },
      cut: Math.round(cutAt * batch),
      shape,
    }));
}

export interface UniversalOptions {
  readonly createEngine: () => Engine;
  readonly tolerance: Tolerance;
  readonly runs: number;
}

/** Every output of a subject on an engine, against the reference's. */
export function expectAgreement(
  engine: Engine,
  make: MakeSubject,
  used: Extent,
  tolerance: Tolerance,
): void {
  const mine = runSubject(engine, make, used);
  const theirs = runSubject(createReferenceEngine(), make, used);
  const wanted = outputs(theirs.subject);
  outputs(mine.subject).forEach((part, n) => {
    expectClose(part.what, mine.read(part), theirs.read(wanted[n]), tolerance);
  });
}

/** Declares the tests. */
export function holdsUniversally(
  arbitrary: fc.Arbitrary<Case>,
  { createEngine, tolerance, runs }: UniversalOptions,
): void {
  const engine = createEngine();
  const always = (check: (given: Case) => void, numRuns = runs): void => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        check(given);
      }),
      { seed: 20260, numRuns },
    );
  };

  it("agrees with the reference", () => {
    always(({ make, used }) => {
      expectAgreement(engine, make, used, tolerance);
    });
  });

  it("gives the same bits in a plan with more room", () => {
    always(({ make, used, capacity }) => {
      const exact = runSubject(engine, make, used);
      const roomy = runSubject(engine, make, used, { capacity });
      const wanted = outputs(exact.subject);
      outputs(roomy.subject).forEach((part, n) => {
        expectSameBits(part.what, roomy.read(part), exact.read(wanted[n]));
      });
    });
  });

  it("gives the same bits when the batch is split", () => {
    always(({ make, used, cut }) => {
      const whole = runSubject(engine, make, used);
      const split = runSubject(engine, make, used, { cuts: [cut] });
      for (const part of outputs(whole.subject)) {
        expectSameBits(part.what, split.read(part), whole.read(part));
      }
    });
  });

  it("gives the same bits when threads share it", () => {
    always(({ make, used }) => {
      const whole = runSubject(engine, make, used);
      for (const shares of [2, 3]) {
        const shared = runSubject(engine, make, used, { shares });
        for (const part of outputs(whole.subject)) {
          expectSameBits(part.what, shared.read(part), whole.read(part));
        }
      }
    });
  });

  it("touches no row outside of from … to", () => {
    always(({ make, used, cut }) => {
      const run = runSubject(engine, make, used, { passes: [] });
      const { plan, subject } = run;
      const parts = [...subject.forward, ...subject.backward];
      const before = parts.map((part) => run.read(part));
      const [operation] = plan.operations;
      const span = { ...used, from: 0, to: cut, sourceSteps: subject.source?.steps };
      operation.forward(span);
      operation.backward(span);
      parts.forEach((part, p) => {
        const { width } = part;
        if (width === null) return;
        const others = (_: number, n: number): boolean => Math.floor(n / width) % used.batch >= cut;
        expectSameBits(part.what, run.read(part).filter(others), before[p].filter(others));
      });
    });
  });

  it("keeps padding zero", () => {
    always(({ make, used, capacity, cut }) => {
      const { plan, subject } = runSubject(engine, make, used, { capacity, cuts: [cut] });
      const elements = new Set(subject.elements);
      for (let at = 0; at < subject.size; at++) {
        if (!elements.has(at) && plan.numbers[at] !== 0) {
          expect.fail(`padding at ${at} holds ${plan.numbers[at]}`);
        }
      }
    });
  });

  it("gives the same bits when it runs again", () => {
    always(({ make, used }) => {
      const run = runSubject(engine, make, used);
      const first = outputs(run.subject).map((part) => run.read(part));
      again(run, used, { seed: 2 });
      again(run, used);
      outputs(run.subject).forEach((part, n) => {
        expectSameBits(part.what, run.read(part), first[n]);
      });
    });
  });
}

/** What holds besides of what loops can do: any steps by themselves, along any axis. Declares the tests. */
export function holdsAlongAxes(
  arbitrary: fc.Arbitrary<Case>,
  { createEngine, runs }: UniversalOptions,
): void {
  const engine = createEngine();
  const always = (check: (given: Case) => void): void => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        check(given);
      }),
      { seed: 20260, numRuns: runs },
    );
  };

  it("gives the same bits step by step, backward from the last", () => {
    always(({ make, used, capacity, cut }) => {
      const whole = runSubject(engine, make, used);
      const stepCuts = Array.from({ length: used.steps - 1 }, (_, n) => n + 1);
      for (const cuts of [[], [cut]]) {
        const looped = runSubject(engine, make, used, { capacity, stepCuts, cuts });
        const wanted = outputs(whole.subject);
        outputs(looped.subject).forEach((part, n) => {
          expectSameBits(part.what, looped.read(part), whole.read(wanted[n]));
        });
      }
    });
  });

  it("gives the same bits over the steps of the output", () => {
    always(({ make, used, capacity }) => {
      const plain = runSubject(engine, make, used);
      const other = runSubject(engine, make, used, { capacity, over: "outputSteps" });
      const wanted = outputs(plain.subject);
      outputs(other.subject).forEach((part, n) => {
        expectSameBits(part.what, other.read(part), plain.read(wanted[n]));
      });
    });
  });

  it("gives the same bits over each sequence once", () => {
    always(({ make, used: { batch } }) => {
      const used = { steps: 1, batch };
      const plain = runSubject(engine, make, used);
      const other = runSubject(engine, make, used, { over: "once" });
      for (const part of outputs(plain.subject)) {
        expectSameBits(part.what, other.read(part), plain.read(part));
      }
    });
  });

  it("touches no step outside of start … steps", () => {
    always(({ make, used }) => {
      const run = runSubject(engine, make, used, { passes: [] });
      const { plan, subject } = run;
      const parts = [...subject.forward, ...subject.backward];
      const before = parts.map((part) => run.read(part));
      const sourceSteps = subject.source?.steps;
      const start = Math.floor(used.steps / 2);
      const steps = used.steps - 1;
      const span = { ...used, steps, start, axisSteps: used.steps, sourceSteps };
      if (start > steps) return;
      const [operation] = plan.operations;
      operation.forward({ ...span, from: 0, to: used.batch });
      operation.backward({ ...span, from: 0, to: used.batch });
      parts.forEach((part, p) => {
        const { width, isOtherAxis = false } = part;
        if (width === null || isOtherAxis) return;
        const others = (_: number, n: number): boolean => {
          const step = Math.floor(n / (width * used.batch));
          return step < start || step >= steps;
        };
        expectSameBits(part.what, run.read(part).filter(others), before[p].filter(others));
      });
    });
  });
}
