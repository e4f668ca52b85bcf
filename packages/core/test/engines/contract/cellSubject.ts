/** A cell over time as a subject of the contract suite. */
import type { Cell } from "../../../src/cells/cell.ts";
import type { Signal } from "../../../src/cells/program.ts";
import {
  backwardNodes,
  backwardSignals,
  initialState,
  layoutCell,
  type Sizes,
  storedWeights,
} from "../../../src/engines/cellTensors.ts";
import type { Tensor } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type MakeSubject, within } from "./subject.ts";
import { elementsOf, input, integerPositions, integers, part, whole } from "./subjects.ts";

export interface CellOptions {
  readonly sizes: Sizes;
  readonly input: "vectors" | "tokens";
  /** Whether sequences have lengths, from 0 to all steps. @default false */
  readonly lengths?: boolean;
}

/** A cell whose signals are also every `nth` of the values that its backward pass computes; the cell itself where that is 0. */
export function showGradients(cell: Cell, nth: number): Cell {
  if (nth === 0) return cell;
  const { program } = cell;
  const shown = [...backwardNodes(program)].filter((_, n) => n % nth === 0);
  const signals = shown.flatMap((node): Signal[] => {
    const value = program.nodes[node];
    if (value.kind === "number") return [];
    const { width } = value;
    return [{ name: `gradient ${node}`, node, width, state: false, caption: "", range: null }];
  });
  return { ...cell, program: { ...program, signals: [...program.signals, ...signals] } };
}

export function cellSubject(cell: Cell, options: CellOptions): MakeSubject {
  const { sizes, input: form } = options;
  const { program } = cell;
  // Larger weights make a simple network of many units chaotic: it would double every rounding at each step.
  const weightSize = Math.min(0.5, 1.5 / Math.sqrt(sizes.units));
  return (capacity, used) => {
    const layout = new Layout();
    const spec = layoutCell(layout, program, sizes, {
      ...capacity,
      training: true,
      input: form,
      signals: true,
      lengths: options.lengths,
    });
    const { states, signals, masks = [], lengths = null, training } = spec;
    if (!training) throw new TypeError("expected a plan that trains");
    const { outputGradient, inputGradient, stateGradients, weightGradients, vectorGradients } =
      training;
    const rows = used.steps * used.batch;
    const late = backwardSignals(spec);
    const shown = (backward: boolean) =>
      signals
        .filter((_, index) => late.has(index) === backward)
        .map(({ signal, into }) => part(`signal ${program.signals[signal].name}`, into, rows));
    const stored = storedWeights(program, sizes);
    const weightPositions = (tensors: readonly Tensor[]): readonly number[] =>
      stored.map(({ source, at }) => tensors[source].offset + at);
    const [x, tokens] = "width" in spec.input ? [spec.input, null] : [null, spec.input];
    return {
      spec,
      size: layout.size,
      inputs: [
        ...(x ? [input("x", x, rows)] : []),
        {
          what: "weights",
          positions: weightPositions(spec.weights),
          width: null,
          value: within(weightSize),
        },
        ...spec.vectors.map((vector, v) => input(program.vectors[v].name, vector, 1, 0.5)),
        ...states.map((state, s) => {
          const { name, initial } = program.states[s];
          const begin = input(`${name}[0]`, initialState(state, used.batch), used.batch, 0.5);
          return { ...begin, value: (u: number) => Math.fround(initial + within(0.5)(u)) };
        }),
        // Between keeping nothing and all, as chance or its mean would have it: a state that is held stays in its range.
        ...masks.map((mask, m) => ({
          ...input(`mask ${m}`, mask, program.masks[m].perStep ? rows : used.batch),
          value: Math.fround,
        })),
        input("dh", outputGradient, rows),
        ...stateGradients.map((tensor, s) =>
          input(`d${program.states[s].name}[T]`, tensor, used.batch),
        ),
      ],
      integers: [
        ...(tokens ? [integers("tokens", tokens, below(sizes.in), rows)] : []),
        ...(lengths ? [integers("lengths", lengths, below(used.steps + 1), used.batch)] : []),
      ],
      forward: [
        ...states.map((state, s) => part(program.states[s].name, state, rows)),
        ...shown(false),
      ],
      backward: [
        ...shown(true),
        ...(inputGradient ? [part("dx", inputGradient, rows)] : []),
        // What was there behind the ends is gone.
        ...(lengths ? [part("dh", outputGradient, rows)] : []),
        ...stateGradients.map((tensor, s) => ({
          ...part(`d${program.states[s].name}[0]`, tensor, used.batch),
          isOtherAxis: true,
        })),
      ],
      gradients: [
        { what: "dWeights", positions: weightPositions(weightGradients), width: null },
        ...vectorGradients.map((tensor, v) => whole(`d${program.vectors[v].name}`, tensor)),
      ],
      elements: [
        ...elementsOf(x, outputGradient, inputGradient, ...spec.vectors, ...vectorGradients),
        ...elementsOf(...states, ...states.map((state) => initialState(state, capacity.batch))),
        ...elementsOf(...signals.map(({ into }) => into), ...stateGradients, ...masks),
        ...(lengths ? integerPositions(lengths) : []),
        ...weightPositions(spec.weights),
        ...weightPositions(weightGradients),
        ...(tokens ? integerPositions(tokens) : []),
      ],
    };
  };
}
