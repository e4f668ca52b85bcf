/** A cell in a plan that only infers, with random weights and inputs: for tests of how it may be called. */
import type { Cell } from "../../src/cells/cell.ts";
import { layoutCell, positions, storedWeights } from "../../src/engines/cellTensors.ts";
import type { CompiledPlan, Engine, Tensor } from "../../src/engines/engine.ts";
import { WHOLE } from "../../src/engines/engine.ts";
import { Layout } from "../../src/engines/layout.ts";
import { streamKey, uniform } from "../../src/numbers/random.ts";

export class InferringCell {
  readonly plan: CompiledPlan;
  readonly states: readonly Tensor[];
  readonly steps: number;
  readonly batch: number;

  /** @param lengths Steps of each sequence; null where all have as many. */
  constructor(
    engine: Engine,
    cell: Cell,
    steps: number,
    batch: number,
    lengths: readonly number[] | null = null,
  ) {
    const sizes = { in: 6, units: 40, out: 40 };
    const layout = new Layout();
    const spec = layoutCell(layout, cell.program, sizes, {
      ...{ steps, batch, training: false },
      lengths: lengths !== null,
    });
    this.plan = engine.compile({ steps, batch, size: layout.size, operations: [spec] });
    this.states = spec.states;
    this.steps = steps;
    this.batch = batch;
    const { numbers, integers } = this.plan;
    const random = (what: string, places: readonly number[]): void => {
      places.forEach((at, n) => {
        numbers[at] = (uniform(streamKey(7, what), n) - 0.5) / 2;
      });
    };
    if (!("width" in spec.input)) throw new TypeError("expected vectors");
    random("x", positions(spec.input));
    const stored = storedWeights(cell.program, sizes);
    random(
      "W",
      stored.map(({ source, at }) => spec.weights[source].offset + at),
    );
    spec.vectors.forEach((vector, v) => {
      random(`b ${v}`, positions(vector));
    });
    spec.masks?.forEach((mask, m) => {
      random(`mask ${m}`, positions(mask));
    });
    if (spec.lengths && lengths) integers.set(lengths, spec.lengths.offset);
  }

  /** The whole, on all of the engine's threads. */
  run(): this {
    const { steps, batch } = this;
    this.plan.run("prepare", { steps, batch });
    this.plan.run("forward", { steps, batch });
    return this;
  }

  /** Steps [borders[n], borders[n + 1]), one call after another. */
  runPieces(borders: readonly number[]): this {
    const [operation] = this.plan.operations;
    operation.prepare(WHOLE);
    borders.slice(1).forEach((steps, n) => {
      operation.forward({ steps, start: borders[n], batch: this.batch, from: 0, to: this.batch });
    });
    return this;
  }

  values(): number[] {
    return this.states.flatMap((state) => positions(state).map((at) => this.plan.numbers[at]));
  }
}
