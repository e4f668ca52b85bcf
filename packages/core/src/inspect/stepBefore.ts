/** What one step of a layer begins with: its input there, and its states a step ago, read from a run on an engine. */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { RecurrentLayer } from "../layers/recurrent.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { checkLayer } from "./kept.ts";
import { type Subject, stepsOf } from "./subject.ts";

/** Steps that are run at once where an input can be run in parts. */
const WINDOW = 256;

export interface StepBefore {
  readonly layer: RecurrentLayer;
  readonly x: Float64Array;
  /** By name. */
  readonly previous: Readonly<Record<string, Float64Array>>;
}

export interface StepChoice {
  readonly layer?: number;
  readonly step: number;
  readonly weights?: Stretch;
  readonly state?: NetworkState;
}

/** @throws CellstateError `option` for a layer or step that is not there. */
export function stepBefore(
  subject: Subject,
  engine: Engine,
  { layer: index = 0, step, weights, state }: StepChoice,
): StepBefore {
  checkLayer(subject.places, index);
  const place = subject.places[index];
  const plan = subject.plan(engine, { weights, state, window: WINDOW });
  const { numbers, integers, rows } = plan;
  for (const window of plan.windows()) {
    const steps = stepsOf(plan, place, window, 0);
    // A window that begins later is one of several: then the layer has the steps of the input.
    const here = step - window.start;
    const all = Math.max(steps, place.along === "steps" ? subject.steps : steps);
    if (!(Number.isInteger(step) && step >= 0 && step < all)) {
      const there = all === 0 ? "no steps" : `${all} steps, 0 to ${all - 1}`;
      throw new CellstateError("option", `step ${step}: ${place.name} has ${there}`);
    }
    if (here >= steps) continue;
    // Where it reads backward, the input is turned round.
    const t = place.direction === "backward" ? steps - 1 - here : here;
    const { layer, input, states } = plan.layers[index];
    if (!input) throw new RangeError(`${place.name} is not in the plan`);
    const width = layer.sizes.in;
    const x = new Float64Array(width);
    if ("width" in input) {
      const from = input.offset + t * rows * input.stride;
      x.set(numbers.subarray(from, from + width));
    } else {
      x[integers[input.offset + t * rows]] = 1;
    }
    const previous = layer.cell.program.states.map(({ name }, s) => {
      const { offset, stride, width } = states[s];
      // The initial state stands in the rows before.
      const from = offset + (t - 1) * rows * stride;
      return [name, Float64Array.from(numbers.subarray(from, from + width))] as const;
    });
    return { layer, x, previous: Object.fromEntries(previous) };
  }
  throw new RangeError(`step ${step} was not run`);
}
