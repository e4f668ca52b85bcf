/**
 * ∂L/∂s[t] by central differences: s[t] itself is moved a little and everything after it is computed again, on the reference engine.
 *
 * Every state can be held, at value · 1 + hold, which moves it by `hold` for all that reads it. A hold serves for all steps, so the
 * pass is made here operation by operation, and the layer's own steps one by one: the hold is there for one of them alone.
 */

import { positions } from "../../src/engines/cellTensors.ts";
import type { CompiledPlan, Engine, PlanSpec, Span } from "../../src/engines/engine.ts";
import { stepsAlong, WHOLE } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import type { Subject } from "../../src/inspect/subject.ts";

/** Balances the cut-off (∝ step²) against rounding (∝ 1/step): both are near 1e-10 of values near 1. */
const NUDGE = 1e-5;

/** A gradient of a loss, by the number of a place, a state's name and one of the layer's own steps. */
export type Nudged = (place: number, state: string, step: number) => readonly number[];

/** @param at Step of the answers whose loss counts. */
export function nudged(subject: Subject, at: number): Nudged {
  const reference = createReferenceEngine();
  const made: { plan: CompiledPlan; spec: PlanSpec }[] = [];
  const engine: Engine = {
    ...reference,
    compile: (spec) => {
      const plan = reference.compile(spec);
      made.push({ plan, spec });
      return plan;
    },
  };
  const looked = subject.plan(engine, {
    lossAt: [at],
    observe: (place) => {
      const held = subject.places[place].cell.program.states.map(({ name }) => name);
      return { signals: [], gradients: [], memory: false, held };
    },
  });
  const [window] = looked.windows();
  const [{ plan, spec }] = made;
  const { numbers } = plan;
  const outputSteps = spec.outputSteps ?? 0;
  const extent = { steps: window.steps, outputSteps };

  /** One pass forward, with something done before and after one step of one operation. */
  const forward = (nudgedAt: number, step: number, move: (sign: 0 | 1) => void): void => {
    const run = (index: number, start: number, end: number, axisSteps: number): void => {
      const isNudged = index === nudgedAt && start <= step && step < end;
      const span = (from: number, to: number): Span => {
        return {
          start: from,
          steps: to,
          axisSteps,
          sourceSteps: window.steps,
          batch: 1,
          from: 0,
          to: 1,
        };
      };
      const operation = plan.operations[index];
      if (!isNudged) {
        operation.forward(span(start, end));
        return;
      }
      if (start < step) operation.forward(span(start, step));
      move(1);
      operation.forward(span(step, step + 1));
      move(0);
      if (step + 1 < end) operation.forward(span(step + 1, end));
    };
    for (let index = 0; index < spec.operations.length; index++) {
      const loop = spec.loops?.find(({ first }) => first === index);
      if (!loop) {
        const all = stepsAlong(spec.operations[index].over, extent);
        run(index, 0, all, all);
        continue;
      }
      for (let t = 0; t < outputSteps; t++) {
        for (let inner = loop.first; inner < loop.end; inner++) run(inner, t, t + 1, outputSteps);
      }
      index = loop.end - 1;
    }
  };
  const loss = (): number => {
    const tensors = looked.losses.length > 0 ? looked.losses : looked.outputs;
    const row = at * looked.rows;
    return tensors
      .flatMap((tensor) =>
        positions({ ...tensor, offset: tensor.offset + row * tensor.stride, rows: 1 }),
      )
      .reduce((sum, place) => sum + numbers[place], 0);
  };
  for (const operation of plan.operations) operation.prepare(WHOLE);

  return (place, state, step) => {
    const { observed, states } = looked.layers[place];
    const { hold } = observed.held[state];
    const operation = spec.operations.findIndex(
      (one) => one.kind === "cell" && one.states[0].offset === states[0].offset,
    );
    return Array.from({ length: hold.width }, (_, unit) => {
      const [above, below] = [NUDGE, -NUDGE].map((nudge) => {
        forward(operation, step, (on) => {
          numbers[hold.offset + unit] = on * nudge;
        });
        return loss();
      });
      return (above - below) / (2 * NUDGE);
    });
  };
}
