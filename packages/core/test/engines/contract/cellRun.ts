/** A cell by itself on an engine, its tensors read and written row by row. */

import type { Cell } from "../../../src/cells/cell.ts";
import {
  initialState,
  layoutCell,
  positions,
  type Sizes,
  storedWeights,
} from "../../../src/engines/cellTensors.ts";
import type { CellSpec, CompiledPlan, Engine, Tensor } from "../../../src/engines/engine.ts";
import { WHOLE } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { streamKey, uniform } from "../../../src/numbers/random.ts";
import { type Extent, within } from "./subject.ts";

export class CellRun {
  readonly cell: Cell;
  readonly sizes: Sizes;
  readonly extent: Extent;
  readonly spec: CellSpec;
  readonly plan: CompiledPlan;
  readonly x: Tensor;
  readonly training: NonNullable<CellSpec["training"]>;

  /** @param lengths Steps of each sequence; null where all have the extent's. */
  constructor(
    engine: Engine,
    cell: Cell,
    sizes: Sizes,
    extent: Extent,
    lengths: readonly number[] | null = null,
  ) {
    const layout = new Layout();
    const spec = layoutCell(layout, cell.program, sizes, {
      ...extent,
      training: true,
      signals: true,
      lengths: lengths !== null,
    });
    if (!spec.training || !("width" in spec.input)) throw new TypeError("expected vectors");
    this.cell = cell;
    this.sizes = sizes;
    this.extent = extent;
    this.spec = spec;
    this.x = spec.input;
    this.training = spec.training;
    this.plan = engine.compile({ ...extent, size: layout.size, operations: [spec] });
    if (spec.lengths && lengths) this.plan.integers.set(lengths, spec.lengths.offset);
  }

  /** Random weights, inputs, initial states and gradients, the same for equal names, rows and columns. */
  fill(): this {
    const { cell, sizes, spec, training, plan } = this;
    const key = streamKey(3, "weights");
    storedWeights(cell.program, sizes).forEach(({ source, at }, n) => {
      plan.numbers[spec.weights[source].offset + at] = within(0.5)(uniform(key, n));
    });
    spec.vectors.forEach((vector, v) => {
      this.randomise(vector, cell.program.vectors[v].name);
    });
    spec.states.forEach((_, s) => {
      const { name, initial } = cell.program.states[s];
      this.randomise(this.initial(s), `${name}[0]`, initial);
      this.randomise(training.stateGradients[s], `d${name}`);
    });
    this.randomise(this.x, "x");
    this.randomise(training.outputGradient, "dh");
    return this;
  }

  randomise(tensor: Tensor, what: string, middle = 0): void {
    const key = streamKey(3, what);
    const values = positions(tensor).map((_, n) => middle + within(0.5)(uniform(key, n)));
    this.set(tensor, values.map(Math.fround));
  }

  /** The rows before the first step of state s. */
  initial(s: number): Tensor {
    return initialState(this.spec.states[s], this.extent.batch);
  }

  /** The rows of state s after the last step. */
  last(s: number): Tensor {
    const { steps, batch } = this.extent;
    const state = this.spec.states[s];
    return { ...state, offset: state.offset + (steps - 1) * batch * state.stride, rows: batch };
  }

  /** The rows of a signal over all steps, by its name. */
  signal(name: string): readonly number[] {
    const found = this.spec.signals.find(
      ({ signal }) => this.cell.program.signals[signal].name === name,
    );
    if (!found) throw new RangeError(`no signal ${name}`);
    return this.get(found.into);
  }

  get(tensor: Tensor): readonly number[] {
    return positions(tensor).map((at) => this.plan.numbers[at]);
  }

  set(tensor: Tensor, values: readonly number[]): void {
    const places = positions(tensor);
    if (values.length !== places.length) {
      throw new RangeError(`expected ${places.length} numbers, got ${values.length}`);
    }
    values.forEach((value, n) => {
      this.plan.numbers[places[n]] = value;
    });
  }

  /** One matrix in the equations' form, [rows, columns]. */
  setMatrix(name: string, values: readonly number[]): void {
    const places = this.#matrix(name, this.spec.weights);
    if (values.length !== places.length) {
      throw new RangeError(`${name}: expected ${places.length} numbers, got ${values.length}`);
    }
    values.forEach((value, n) => {
      this.plan.numbers[places[n]] = value;
    });
  }

  matrixGradient(name: string): readonly number[] {
    return this.#matrix(name, this.training.weightGradients).map((at) => this.plan.numbers[at]);
  }

  setVector(name: string, values: readonly number[]): void {
    this.set(this.spec.vectors[this.#vector(name)], values);
  }

  vectorGradient(name: string): readonly number[] {
    return this.get(this.training.vectorGradients[this.#vector(name)]);
  }

  #vector(name: string): number {
    const index = this.cell.program.vectors.findIndex((vector) => vector.name === name);
    if (index < 0) throw new RangeError(`no vector ${name}`);
    return index;
  }

  #matrix(name: string, tensors: readonly Tensor[]): readonly number[] {
    const { program } = this.cell;
    const matrix = program.matrices.findIndex((m) => m.name === name);
    if (matrix < 0) throw new RangeError(`no matrix ${name}`);
    return storedWeights(program, this.sizes)
      .filter((weight) => weight.matrix === matrix)
      .sort((a, b) => a.row - b.row || a.column - b.column)
      .map(({ source, at }) => tensors[source].offset + at);
  }

  forward(): this {
    const [operation] = this.plan.operations;
    operation.prepare(WHOLE);
    operation.forward({ ...this.extent, from: 0, to: this.extent.batch });
    return this;
  }

  backward(): this {
    const [operation] = this.plan.operations;
    const span = { ...this.extent, from: 0, to: this.extent.batch };
    operation.backward(span);
    operation.gradients(span, WHOLE);
    return this;
  }
}
