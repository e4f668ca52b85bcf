/** How the learning rate changes over a run: a factor on the rate that the optimizer was given. */
import { CellstateError } from "../errors.ts";
import { cos } from "../numbers/portable.ts";

export interface ScheduleMoment {
  /** Updates done before this one. */
  readonly step: number;
  /** Updates that the whole run will do. */
  readonly totalSteps: number;
  /** Whole passes over the data done. */
  readonly epoch: number;
}

export type Schedule = (moment: ScheduleMoment) => number;

/** A name with what may follow it after colons. */
interface ScheduleForm {
  readonly usage: string;
  readonly meaning: string;
  /** The least that each number may be. @default 0 */
  readonly least?: readonly number[];
  /** @param numbers Those that were given; fewer than the form allows mean defaults. */
  make(numbers: readonly number[]): Schedule;
}

export const SCHEDULES: Readonly<Record<string, ScheduleForm>> = {
  constant: {
    usage: "constant",
    meaning: "the same rate throughout",
    make: () => () => 1,
  },
  step: {
    usage: "step[:FACTOR[:EVERY[:FROM]]]",
    meaning: "times FACTOR (0.5) every EVERY (1) epochs, the first time after epoch FROM (1)",
    least: [0, 1],
    make: ([factor = 0.5, every = 1, from = 1]) => {
      return ({ epoch }) => {
        const times = epoch < from ? 0 : Math.floor((epoch - from) / every) + 1;
        let product = 1;
        for (let i = 0; i < times; i++) product *= factor;
        return product;
      };
    },
  },
  cosine: {
    usage: "cosine[:FLOOR[:STEPS]]",
    meaning: "half a cosine from 1 down to FLOOR (0) over STEPS (the whole run)",
    make: ([floor = 0, steps = 0]) => {
      return ({ step, totalSteps }) => {
        const done = Math.min(1, step / Math.max(1, steps || totalSteps));
        return floor + (1 - floor) * 0.5 * (1 + cos(Math.PI * done));
      };
    },
  },
  warmup: {
    usage: "warmup[:STEPS]",
    meaning: "from nearly 0 up to 1 over the first STEPS (100) updates; joined to another by +",
    make: ([steps = 100]) => {
      return ({ step }) => Math.min(1, (step + 1) / steps);
    },
  },
};

/**
 * Reads `constant`, `cosine:0.1`, `step:0.97:1:10` or several joined by `+`, whose factors multiply: `warmup:200+cosine`.
 *
 * @throws CellstateError `option` where a name is unknown or a number is none.
 */
export function parseSchedule(text: string): Schedule {
  const parts = text.split("+").map((part) => {
    const [name, ...given] = part.trim().split(":");
    const form = Object.hasOwn(SCHEDULES, name) ? SCHEDULES[name] : undefined;
    const numbers = given.map((number) => (number.trim() === "" ? Number.NaN : Number(number)));
    const most = form ? form.usage.split(":").length - 1 : 0;
    const fits = numbers.every(
      (n, index) => Number.isFinite(n) && n >= (form?.least?.[index] ?? 0),
    );
    if (!form || numbers.length > most || !fits) {
      const usages = Object.values(SCHEDULES).map(({ usage }) => usage);
      throw new CellstateError(
        "option",
        `schedule "${text}": expected ${usages.join(", ")}, or several joined by +; got "${part}"`,
      );
    }
    return form.make(numbers);
  });
  return (moment) => parts.reduce((factor, part) => factor * part(moment), 1);
}
