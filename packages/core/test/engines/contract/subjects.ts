/** Operations as subjects of the contract suite. */
import { initialState, positions } from "../../../src/engines/cellTensors.ts";
import type { Integers, JoinPiece, Tensor } from "../../../src/engines/engine.ts";
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

export interface CrossEntropyOptions {
  readonly vocabularySize: number;
  /** Whether the gradient overwrites the logits. */
  readonly inPlace: boolean;
  /** Logits within ± this. @default 3 */
  readonly size?: number;
}

export function crossEntropySubject(options: CrossEntropyOptions): MakeSubject {
  const { vocabularySize: V, inPlace, size = 3 } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const logits = layout.tensor(capacity.steps * capacity.batch, V);
    const losses = layout.tensor(capacity.steps * capacity.batch, 1);
    const scale = layout.tensor(1, 1);
    const gradient = inPlace ? logits : layout.tensor(capacity.steps * capacity.batch, V);
    const targets = layout.integers(capacity.steps * capacity.batch);
    return {
      spec: {
        kind: "crossEntropy",
        logits,
        targets,
        losses,
        training: { scale, logitsGradient: gradient },
      },
      size: layout.size,
      inputs: [
        input("logits", logits, rows, size),
        { ...whole("scale", scale), value: () => Math.fround(1 / rows) },
      ],
      // One in V + 1 is −1: ignored.
      integers: [integers("targets", targets, (u) => below(V + 1)(u) - 1, rows)],
      forward: [part("losses", losses, rows)],
      backward: [part("dLogits", gradient, rows)],
      gradients: [],
      elements: [...elementsOf(logits, losses, scale, gradient), ...integerPositions(targets)],
    };
  };
}

export function squaredErrorSubject(options: {
  readonly width: number;
  /** Whether the gradient overwrites the outputs. */
  readonly inPlace: boolean;
}): MakeSubject {
  const { width, inPlace } = options;
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const sequence = (columns: number) => layout.tensor(capacity.steps * capacity.batch, columns);
    const outputs = sequence(width);
    const targets = sequence(width);
    const losses = sequence(1);
    const scale = layout.tensor(1, 1);
    const gradient = inPlace ? outputs : sequence(width);
    return {
      spec: {
        kind: "elementLoss",
        loss: { name: "squared" },
        outputs,
        targets,
        losses,
        training: { scale, outputsGradient: gradient },
      },
      size: layout.size,
      inputs: [
        input("y", outputs, rows),
        input("targets", targets, rows),
        { ...whole("scale", scale), value: () => Math.fround(1 / rows) },
      ],
      integers: [],
      forward: [part("losses", losses, rows)],
      backward: [part("dy", gradient, rows)],
      gradients: [],
      elements: elementsOf(outputs, targets, losses, scale, gradient),
    };
  };
}

export interface JoinOptions {
  readonly pieces: readonly {
    readonly at: JoinPiece["at"];
    readonly width: number;
    readonly wanted: boolean;
    readonly accumulate: boolean;
  }[];
  /** Whether sequences have lengths of their own: 0 to the call's steps. */
  readonly lengths: boolean;
}

export function joinSubject(options: JoinOptions): MakeSubject {
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const roomy = capacity.steps * capacity.batch;
    const lengths = options.lengths ? layout.integers(capacity.batch) : null;
    const pieces: JoinPiece[] = options.pieces.map(({ at, width, wanted, accumulate }) => {
      const isOnce = at === "once";
      const before = at === "previous" ? capacity.batch : 0;
      const value = layout.tensor(isOnce ? capacity.batch : roomy, width, before);
      const gradientRows = isOnce || at === "previous" ? capacity.batch : roomy;
      const gradient = wanted ? layout.tensor(gradientRows, width) : null;
      return { at, value, gradient, accumulate };
    });
    const width = pieces.reduce((total, { value }) => total + value.width, 0);
    const y = layout.tensor(roomy, width);
    const dy = layout.tensor(roomy, width);
    /** Where a piece's gradient is, and whether it holds something before. */
    const gradients = pieces.flatMap(({ at, gradient, accumulate }, i) => {
      if (!gradient) return [];
      const isRow = at === "same";
      const count = isRow || at === "reversed" ? rows : used.batch;
      const held = { ...part(`d${at} ${i}`, gradient, count), isOtherAxis: !isRow };
      return [{ held, begins: accumulate || at === "previous" }];
    });
    return {
      spec: { kind: "join", pieces, lengths, output: y, training: { outputGradient: dy } },
      size: layout.size,
      inputs: [
        ...pieces.flatMap(({ at, value }, i) => [
          input(`${at} ${i}`, value, at === "once" ? used.batch : rows),
          ...(at === "previous"
            ? [input(`before ${i}`, initialState(value, used.batch), used.batch)]
            : []),
        ]),
        input("dy", dy, rows),
        ...gradients
          .filter(({ begins }) => begins)
          .map(({ held }) => ({ ...held, what: `${held.what} before`, value: within(1) })),
      ],
      integers: lengths ? [integers("lengths", lengths, below(used.steps + 1), used.batch)] : [],
      forward: [part("y", y, rows)],
      backward: gradients.map(({ held }) => held),
      gradients: [],
      elements: [
        ...elementsOf(y, dy, ...pieces.flatMap(({ value, gradient }) => [value, gradient])),
        ...pieces
          .filter(({ at }) => at === "previous")
          .flatMap(({ value }) => positions(initialState(value, capacity.batch))),
        ...(lengths ? integerPositions(lengths) : []),
      ],
    };
  };
}
