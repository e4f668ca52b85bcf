/**
 * A cell over time. The lowered cell says what each stage computes and where everything lies; here products and kernels are
 * run in their order, step after step, and backward in reverse. The loop over time costs nothing visible in TypeScript.
 *
 * Every step multiplies its own rows, those of x too: as fast as one product for the whole window (59 GFLOP/s at 50
 * rows as at 2,500). Only the gradients of weights, sums over all rows, are one product for the window; and in a plan
 * that infers with few rows a step, x is multiplied for many steps at once, so that its weights are read once for all of
 * them. The bits are the same: a pre-activation is one chain of sums, and x comes first in it.
 */

import { backwardSignals } from "../cellTensors.ts";
import { type CellSpec, type PlanSpec, type Span, stepsAlong, WHOLE } from "../engine.ts";
import { cellEnds } from "./cellEnds.ts";
import { BACKWARD_INTERLEAVE, cellKernel, FORWARD_INTERLEAVE } from "./cellKernel.ts";
import { lowerCell } from "./cellLowering.ts";
import { addressAt, arrayOf, type CellArray, cellMemory, type Position } from "./cellMemory.ts";
import { type SourceProduct, sourceProduct } from "./cellProducts.ts";
import { oneHotRows } from "./cellRows.ts";
import type { Kernel } from "./cellStages.ts";
import { vectorGradients } from "./cellVectorGradients.ts";
import { weightGradients } from "./cellWeightGradients.ts";
import { bytes, type KernelFunction, type Linked, type OperationKind } from "./compile.ts";

/** What one stage does: forward its products, then its kernel; backward its kernel, then its products. */
interface Stage {
  readonly products: readonly SourceProduct[];
  readonly run: KernelFunction<readonly ["i32", "i32", "i32", "i32", "i32"], null>;
  /** The address of the kernel's table. */
  readonly table: number;
}

interface ForwardStage extends Stage {
  /** Groups of its products that can be divided by columns, by number. */
  readonly parts: readonly number[];
}

/** Up to so many sequences, a step has few rows. */
const FEW_ROWS = 4;
/** Rows of x that are multiplied at once where steps have few. */
const ROWS_AHEAD = 64;

/** Steps whose products with x are made together. */
function stepsAhead({ over, program, training }: CellSpec, plan: PlanSpec): number {
  if (training !== null || plan.batch > FEW_ROWS) return 1;
  // A sequence's mask for all steps has a row in a batch, and no more.
  if (program.masks.some(({ perStep }) => !perStep)) return 1;
  return Math.min(stepsAlong(over, plan), Math.floor(ROWS_AHEAD / plan.batch));
}

export const cell: OperationKind<CellSpec> = (spec, context) => {
  const { program, sizes, training } = spec;
  backwardSignals(spec);
  const lowered = lowerCell(program, {
    sizes,
    training: training !== null,
    inputGradient: Boolean(training?.inputGradient),
    signals: spec.signals.map(({ signal }) => signal),
  });
  const ahead = stepsAhead(spec, context.plan);
  const memory = cellMemory(spec, lowered, context, ahead);

  const linkKernel = (kernel: Kernel, interleave: number) => {
    const { arrays, handle } = cellKernel(context, kernel, interleave, (array) => {
      const { rows, stride } = arrayOf(memory, array);
      return { rows, stride };
    });
    const table = context.scratch(arrays.length);
    return (linked: Linked) => {
      arrays.forEach((array, i) => {
        linked.integers[table + i] = bytes(arrayOf(memory, array).offset);
      });
      return { run: linked.function(handle), table: bytes(table) };
    };
  };
  const linkForward = lowered.forward.map((kernel) => linkKernel(kernel, FORWARD_INTERLEAVE));
  const linkBackward = lowered.backward.map((kernel) => linkKernel(kernel, BACKWARD_INTERLEAVE));

  /** Where the gradient of a source goes, and whether something is there already. */
  const targetOf = (
    source: number,
  ): { readonly array: CellArray; readonly add: boolean } | null => {
    if (!training) return null;
    const node = program.nodes[program.sources[source].node];
    if (node.kind === "previous") {
      return { array: memory.carried[node.state], add: lowered.writesCarried[node.state] };
    }
    if (node.kind !== "input") return { array: memory.sourceGradient[source], add: false };
    const [array] = memory.inputGradient;
    return array ? { array, add: lowered.writesInputGradient } : null;
  };
  const linkProducts = program.sources.map((_, k) =>
    sourceProduct(spec, lowered, memory, context, k, targetOf(k)),
  );

  const [oneHot] = "width" in spec.input ? [] : memory.input;
  const oneHotKernel = oneHot ? oneHotRows(context, oneHot.stride) : null;
  const linkVectors = vectorGradients(spec, lowered, memory, context);
  const linkWeights = weightGradients(spec, lowered, memory, context);
  const linkEnds = cellEnds(spec, memory, context);

  return (linked) => {
    const products = linkProducts.map((link) => link(linked));
    const kindOf = (k: number) => program.nodes[program.sources[k].node].kind;
    const isComputed = (k: number): boolean => kindOf(k) !== "input" && kindOf(k) !== "previous";
    const pick = (wanted: (k: number) => boolean) => products.filter((_, k) => wanted(k));
    /** The product with x, where it may be made ahead. */
    const early = pick((k) => ahead > 1 && kindOf(k) === "input" && products[k].leads);
    const earlyPart = 0;
    // Products of a stage that feed the same columns are divided alike, so each thread may do one after the other.
    const alike: SourceProduct[][] = [early];
    const linkedForward = linkForward.map((link) => link(linked));
    const stagesOf = (wanted: (product: SourceProduct) => boolean): ForwardStage[] =>
      linkedForward.map((kernel, stage) => {
        const own = pick((k) => program.sources[k].stage === stage).filter(wanted);
        const parts: number[] = [];
        own.forEach((product, i) => {
          if (i > 0 && product.feeds === own[i - 1].feeds) alike[alike.length - 1].push(product);
          else parts.push(alike.push([product]) - 1);
        });
        return { ...kernel, products: own, parts };
      });
    const forward = stagesOf(() => true);
    const late = stagesOf((product) => !early.includes(product));
    const backward = linkBackward.map((link, stage): Stage => {
      const ready = pick((k) => isComputed(k) && program.sources[k].gradientStage === stage);
      return { ...link(linked), products: ready };
    });
    /** x and the states: nothing in the step waits for their gradients. */
    const outer = pick((k) => !isComputed(k));
    const writeOneHot = oneHotKernel && linked.function(oneHotKernel);
    const sumVectors = linkVectors(linked);
    const sumWeights = linkWeights(linked);
    const ends = linkEnds?.(linked);
    const { numbers } = linked;
    const at: Position = { step: 0, previous: 0, batch: 0, rows: 0 };
    const moveTo = (t: number, { batch, from, to }: Span): void => {
      at.step = t * batch + from;
      at.previous = at.step - batch;
      at.batch = (t % ahead) * batch + from;
      at.rows = to - from;
    };
    /** Steps [begin, end) as if they were one of many rows. */
    const moveToAll = (begin: number, end: number, batch: number): void => {
      at.step = begin * batch;
      at.previous = at.step - batch;
      at.batch = 0;
      at.rows = (end - begin) * batch;
    };
    /** The end of the steps from `begin` on for which there is room. */
    const endAhead = (begin: number, steps: number): number =>
      Math.min(begin - (begin % ahead) + ahead, steps);
    const isEarly = (begin: number, end: number, { batch, from, to }: Span): boolean =>
      early.length > 0 && begin % ahead === 0 && end - begin > 1 && to - from === batch;
    const writeInput = (): void => {
      if (!writeOneHot || "width" in spec.input) return;
      writeOneHot(addressAt(oneHot, 0, at), bytes(spec.input.offset + at.step), at.rows);
    };

    return {
      prepare(share) {
        for (const product of products) product.prepare(share);
      },
      forward(span) {
        const { steps, batch, start = 0 } = span;
        for (let begin = start, end = start; begin < steps; begin = end) {
          end = endAhead(begin, steps);
          const isAhead = isEarly(begin, end, span);
          if (isAhead) {
            moveToAll(begin, end, batch);
            for (const product of early) product.forwardWindow(at, WHOLE);
          }
          const stages = isAhead ? late : forward;
          for (let t = begin; t < end; t++) {
            moveTo(t, span);
            writeInput();
            for (const { products: own, run, table } of stages) {
              for (const product of own) product.forward(at, WHOLE);
              run(table, at.step, at.previous, at.batch, at.rows);
            }
            ends?.forward(t, span);
          }
        }
      },
      /** The products of a stage by columns; its kernel takes a few microseconds and runs here. */
      forwardColumns(span, divide) {
        const { steps, batch, start = 0 } = span;
        for (let begin = start, end = start; begin < steps; begin = end) {
          end = endAhead(begin, steps);
          const isAhead = isEarly(begin, end, span);
          if (isAhead) divide(earlyPart, begin * batch, (end - begin) * batch);
          const stages = isAhead ? late : forward;
          for (let t = begin; t < end; t++) {
            moveTo(t, span);
            writeInput();
            for (const { parts, run, table } of stages) {
              for (const part of parts) {
                divide(part, at.step, batch);
                // Whoever divides may have done a share of it here.
                moveTo(t, span);
              }
              run(table, at.step, at.previous, at.batch, at.rows);
            }
            ends?.forward(t, span);
          }
        }
      },
      columns(part, step, rows, share) {
        at.step = step;
        at.previous = step - rows;
        at.batch = part === earlyPart ? 0 : step % (ahead * rows);
        at.rows = rows;
        for (const product of alike[part]) {
          if (part === earlyPart) product.forwardWindow(at, share);
          else product.forward(at, share);
        }
      },
      backward(span) {
        const { steps, from, to, start = 0, axisSteps = steps } = span;
        if (steps === axisSteps) {
          for (const { offset, stride } of memory.vectorSum) {
            numbers.fill(0, offset + from * stride, offset + to * stride);
          }
          ends?.beginBackward(span);
        }
        for (let t = steps - 1; t >= start; t--) {
          moveTo(t, span);
          for (const { products: own, run, table } of backward) {
            run(table, at.step, at.previous, at.batch, at.rows);
            for (const product of own) product.backward(at);
          }
          for (const product of outer) product.backward(at);
          ends?.backward(t, span);
        }
      },
      gradients({ steps, batch }, share) {
        moveToAll(0, steps, batch);
        sumWeights(at, share);
        sumVectors(steps * batch, batch, share);
      },
    };
  };
};
