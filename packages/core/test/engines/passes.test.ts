import { expect, it } from "vitest";
import { type Operation, type OperationSpec, type Span, WHOLE } from "../../src/engines/engine.ts";
import { Layout } from "../../src/engines/layout.ts";
import { dividesRows, PassRunner, rowsBefore } from "../../src/engines/passes.ts";

it("rows are divided without gap or overlap, evenly, and none is left alone", () => {
  for (let batch = 1; batch <= 40; batch++) {
    for (let count = 1; count <= 9; count++) {
      const borders = Array.from({ length: count + 1 }, (_, index) =>
        rowsBefore(batch, index, count),
      );
      expect([borders[0], borders[count]]).toEqual([0, batch]);
      const rows = borders.slice(1).map((border, i) => border - borders[i]);
      const most = 2 * Math.ceil(Math.max(1, Math.floor(batch / 2)) / count) + 1;
      expect(Math.max(...rows), `${batch} rows, ${count} shares`).toBeLessThanOrEqual(most);
      if (batch > 1) expect(rows).not.toContain(1);
      if (count > 1) expect(rows.filter((n) => n > 0).length > 1).toBe(dividesRows(batch));
    }
  }
});

/** What a runner asks of operations over these axes, call by call: `name start-steps/axisSteps`. */
function callsOf(
  pass: "forward" | "backward" | "gradients",
  axes: readonly OperationSpec["over"][],
  loops: readonly { readonly first: number; readonly end: number }[],
  { first = 0, end = axes.length, outputStart = 0 } = {},
): readonly string[] {
  const calls: string[] = [];
  const layout = new Layout();
  const tensor = layout.tensor(1, 1);
  const key = layout.integers(2);
  const specs = axes.map((over): OperationSpec => {
    return { kind: "mask", over, output: tensor, rate: 0, kept: 1, key, training: null };
  });
  const operations = axes.map((_, i): Operation => {
    const note = ({ start, steps, axisSteps, sourceSteps }: Span): void => {
      expect(sourceSteps).toBe(5);
      calls.push(`${"abcde"[i]} ${start}-${steps}/${axisSteps}`);
    };
    return { prepare() {}, forward: note, backward: note, gradients: note };
  });
  const runner = new PassRunner(operations, { operations: specs, loops });
  const extent = { steps: 5, batch: 4, outputSteps: 2, outputStart };
  runner.run(pass, extent, first, end, WHOLE);
  return calls;
}

const AXES = ["steps", "outputSteps", "outputSteps", "once"] as const;

it("an operation is given the steps of its axis", () => {
  const whole = ["a 0-5/5", "b 0-2/2", "c 0-2/2", "d 0-1/1"];
  expect(callsOf("forward", AXES, [])).toEqual(whole);
  expect(callsOf("backward", AXES, [])).toEqual(whole.toReversed());
  expect(callsOf("gradients", AXES, [{ first: 1, end: 3 }])).toEqual(whole);
});

it("operations of a loop take turns step by step, backward from the last", () => {
  const loops = [{ first: 1, end: 3 }];
  const turns = ["b 0-1/2", "c 0-1/2", "b 1-2/2", "c 1-2/2"];
  const looped = ["a 0-5/5", ...turns, "d 0-1/1"];
  expect(callsOf("forward", AXES, loops)).toEqual(looped);
  expect(callsOf("backward", AXES, loops)).toEqual(looped.toReversed());
});

it("a pass that begins at a later step of the output does those from there on", () => {
  const later = ["b 1-2/2", "c 1-2/2"];
  const options = { first: 1, end: 3, outputStart: 1 };
  expect(callsOf("forward", AXES, [{ first: 1, end: 3 }], options)).toEqual(later);
  expect(callsOf("forward", AXES, [], options)).toEqual(later);
});

it("a pass over a part of a loop does that part step by step, and loops apart from each other by themselves", () => {
  const loops = [
    { first: 0, end: 2 },
    { first: 2, end: 4 },
  ];
  const axes = ["outputSteps", "outputSteps", "outputSteps", "outputSteps"] as const;
  const one = (name: string, step: number): string => `${name} ${step}-${step + 1}/2`;
  expect(callsOf("forward", axes, loops, { first: 1, end: 4 })).toEqual([
    ...[one("b", 0), one("b", 1)],
    ...[one("c", 0), one("d", 0), one("c", 1), one("d", 1)],
  ]);
  expect(callsOf("backward", axes, loops, { first: 1, end: 4 })).toEqual([
    ...[one("d", 1), one("c", 1), one("d", 0), one("c", 0)],
    ...[one("b", 1), one("b", 0)],
  ]);
});
