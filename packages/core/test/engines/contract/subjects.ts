/** Operations as subjects of the contract suite. */
import { positions } from "../../../src/engines/cellTensors.ts";
import type { Integers, Tensor } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type Input, type MakeSubject, type Part, within } from "./subject.ts";

/** The elements of some tensors, padding left out. */
export function elementsOf(...tensors: readonly (Tensor | null)[]): readonly number[] {
  return tensors.flatMap((tensor) => (tensor ? positions(tensor) : []));
}

export function integerPositions(
  { offset, count }: Integers,
  used: number = count,
): readonly number[] {
  return Array.from({ length: used }, (_, n) => offset + n);
}

/** Integers as an input; all of them unless said otherwise. */
export function integers(
  what: string,
  given: Integers,
  value: (u: number) => number,
  used: number = given.count,
): Input {
  return { what, positions: integerPositions(given, used), width: null, value };
}

/** Numbers within ±size in the first `rows` rows of a tensor. */
export function input(what: string, tensor: Tensor, rows: number = tensor.rows, size = 1): Input {
  return { ...part(what, tensor, rows), value: within(size) };
}

/** The first `rows` rows of a sequence's tensor. */
export function part(what: string, tensor: Tensor, rows: number): Part {
  return { what, positions: positions(tensor, rows), width: tensor.width };
}

/** A tensor whose rows are not sequences. */
export function whole(what: string, tensor: Tensor): Part {
  return { what, positions: positions(tensor), width: null };
}

export interface LinearOptions {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly transposed: boolean;
  readonly bias: boolean;
  readonly accumulate: boolean;
}

export function linearSubject(options: LinearOptions): MakeSubject {
  const { inputSize: K, outputSize: N, transposed, accumulate } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const sequence = (width: number) => layout.tensor(capacity.steps * capacity.batch, width);
    const matrix = () => (transposed ? layout.tensor(N, K) : layout.tensor(K, N));
    const x = sequence(K);
    const y = sequence(N);
    const dx = sequence(K);
    const dy = sequence(N);
    const weight = matrix();
    const weightGradient = matrix();
    const bias = options.bias ? layout.tensor(1, N) : null;
    const biasGradient = options.bias ? layout.tensor(1, N) : null;
    return {
      spec: {
        kind: "linear",
        input: x,
        output: y,
        weight,
        transposed,
        bias,
        training: {
          outputGradient: dy,
          inputGradient: dx,
          weightGradient,
          accumulate,
          biasGradient,
        },
      },
      size: layout.size,
      inputs: [
        input("x", x, rows),
        input("dy", dy, rows),
        input("W", weight),
        ...(bias ? [input("b", bias)] : []),
        // What an embedding of the same table would have left there.
        ...(accumulate ? [input("dW before", weightGradient)] : []),
      ],
      integers: [],
      forward: [part("y", y, rows)],
      backward: [part("dx", dx, rows)],
      gradients: [
        whole("dW", weightGradient),
        ...(biasGradient ? [whole("db", biasGradient)] : []),
      ],
      elements: elementsOf(x, y, dx, dy, weight, weightGradient, bias, biasGradient),
    };
  };
}

export function embeddingSubject(options: {
  readonly vocabularySize: number;
  readonly embeddingSize: number;
}): MakeSubject {
  const { vocabularySize: V, embeddingSize: E } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const tokens = layout.integers(capacity.steps * capacity.batch);
    const table = layout.tensor(V, E);
    const tableGradient = layout.tensor(V, E);
    const y = layout.tensor(capacity.steps * capacity.batch, E);
    const dy = layout.tensor(capacity.steps * capacity.batch, E);
    return {
      spec: {
        kind: "embedding",
        tokens,
        table,
        output: y,
        training: { outputGradient: dy, tableGradient },
      },
      size: layout.size,
      inputs: [input("table", table), input("dy", dy, rows)],
      integers: [integers("tokens", tokens, below(V), rows)],
      forward: [part("y", y, rows)],
      backward: [],
      gradients: [whole("dTable", tableGradient)],
      elements: [...elementsOf(table, tableGradient, y, dy), ...integerPositions(tokens)],
    };
  };
}

export function dropoutSubject(options: {
  readonly width: number;
  readonly rate: number;
}): MakeSubject {
  const { width, rate } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const sequence = () => layout.tensor(capacity.steps * capacity.batch, width);
    const x = sequence();
    const y = sequence();
    const dx = sequence();
    const dy = sequence();
    const key = layout.integers(2);
    return {
      spec: {
        kind: "dropout",
        input: x,
        output: y,
        rate,
        key,
        training: { outputGradient: dy, inputGradient: dx },
      },
      size: layout.size,
      inputs: [input("x", x, rows), input("dy", dy, rows)],
      // All 32 bits, as a stream's key has them.
      integers: [integers("key", key, (u) => Math.floor(u * 2 ** 32 - 2 ** 31))],
      forward: [part("y", y, rows)],
      backward: [part("dx", dx, rows)],
      gradients: [],
      elements: [...elementsOf(x, y, dx, dy), ...integerPositions(key)],
    };
  };
}
