/** What stands around a cell, as subjects of the contract suite: random masks, initial states, final states. */
import { initialState, positions } from "../../../src/engines/cellTensors.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type MakeSubject } from "./subject.ts";
import { elementsOf, input, integerPositions, integers, part, whole } from "./subjects.ts";

export interface MaskOptions {
  readonly width: number;
  readonly rate: number;
  readonly kept: number;
}

export function maskSubject({ width, rate, kept }: MaskOptions): MakeSubject {
  return (capacity, used) => {
    const layout = new Layout();
    const output = layout.tensor(capacity.steps * capacity.batch, width);
    const key = layout.integers(2);
    return {
      spec: { kind: "mask", output, rate, kept, key, training: null },
      size: layout.size,
      inputs: [],
      // All 32 bits, as a stream's key has them.
      integers: [integers("key", key, (u) => Math.floor(u * 2 ** 32 - 2 ** 31))],
      forward: [part("mask", output, used.steps * used.batch)],
      backward: [],
      gradients: [],
      elements: [...elementsOf(output), ...integerPositions(key)],
    };
  };
}

/** Steps of the sequence whose states are meant, in the plan and in the call: the operation itself runs over "once". */
export interface SourceSteps {
  readonly steps: number;
  readonly more: number;
}

export interface InitialStateOptions extends SourceSteps {
  readonly width: number;
  readonly shared: boolean;
}

export function initialStateSubject(options: InitialStateOptions): MakeSubject {
  const { width, shared, steps, more } = options;
  return (capacity, { batch }) => {
    const layout = new Layout();
    const source = layout.tensor(shared ? 1 : capacity.batch, width);
    const sourceGradient = layout.tensor(shared ? 1 : capacity.batch, width);
    const rows = (steps + more) * capacity.batch;
    const state = layout.tensor(rows, width, capacity.batch);
    const stateGradient = layout.tensor(capacity.batch, width);
    const training = { stateGradient, sourceGradient };
    return {
      spec: { kind: "initialState", over: "once", source, shared, state, training },
      size: layout.size,
      source: { steps, capacity: steps + more },
      inputs: [
        shared ? input("source", source) : input("source", source, batch),
        input("dState", stateGradient, batch),
      ],
      integers: [],
      forward: [part("state before", initialState(state, batch), batch)],
      backward: shared ? [] : [part("dSource", sourceGradient, batch)],
      gradients: shared ? [whole("dSource", sourceGradient)] : [],
      elements: [
        ...elementsOf(source, sourceGradient, state, stateGradient),
        ...positions(initialState(state, capacity.batch)),
      ],
    };
  };
}

export interface FinalStateOptions extends SourceSteps {
  readonly width: number;
  readonly lengths: boolean;
}

export function finalStateSubject(options: FinalStateOptions): MakeSubject {
  const { width, steps, more } = options;
  return (capacity, { batch }) => {
    const layout = new Layout();
    const state = layout.tensor((steps + more) * capacity.batch, width, capacity.batch);
    const stateGradient = layout.tensor(capacity.batch, width);
    const output = layout.tensor(capacity.batch, width);
    const outputGradient = layout.tensor(capacity.batch, width);
    const lengths = options.lengths ? layout.integers(capacity.batch) : null;
    const training = { outputGradient, stateGradient };
    return {
      spec: { kind: "finalState", over: "once", state, lengths, output, training },
      size: layout.size,
      source: { steps, capacity: steps + more },
      inputs: [
        input("state before", initialState(state, batch), batch),
        input("state", state, steps * batch),
        input("dOutput", outputGradient, batch),
      ],
      integers: lengths ? [integers("lengths", lengths, below(steps + 1), batch)] : [],
      forward: [part("output", output, batch)],
      backward: [part("dState", stateGradient, batch)],
      gradients: [],
      elements: [
        ...elementsOf(state, stateGradient, output, outputGradient),
        ...positions(initialState(state, capacity.batch)),
        ...(lengths ? integerPositions(lengths) : []),
      ],
    };
  };
}
