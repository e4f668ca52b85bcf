/** A training's numbers as lines; copies, since curves grow in place. */
import type { Checkpoint } from "../../training/protocol.ts";
import type { Curve } from "../../training/thinning.ts";
import type { CurveLine } from "./Curves.tsx";

export function lineOf(name: string, colour: string, { steps, values }: Curve): CurveLine {
  return { name, colour, steps: [...steps], values: [...values] };
}

/** The task's own measure, where it was taken. */
export function measuredLine(
  name: string,
  colour: string,
  checkpoints: readonly Checkpoint[],
): CurveLine {
  const known = checkpoints.flatMap(({ step, measure }) =>
    measure === null ? [] : [{ step, measure }],
  );
  const steps = known.map(({ step }) => step);
  return { name, colour, steps, values: known.map(({ measure }) => measure) };
}
