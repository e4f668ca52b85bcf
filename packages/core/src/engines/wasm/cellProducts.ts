/**
 * The matrix products of one source of a cell: what it multiplies lies in some array, what it feeds in columns of the
 * record. One-hot tokens pick rows of the weights instead, and their gradients are added to rows.
 */
import type { CellSpec, Share, Tensor } from "../engine.ts";
import { padded } from "../layout.ts";
import { arrayOf, type CellArray, type CellMemory, type Position } from "./cellMemory.ts";
import { gatherRows, scatterRows } from "./cellRows.ts";
import type { LoweredCell } from "./cellStages.ts";
import type { Linked, PlanContext } from "./compile.ts";
import type { Stretch } from "./matrixProduct.ts";
import { gradientProduct, weightGradientProduct, weightProduct } from "./weightProduct.ts";

export interface SourceProduct {
  /** What it feeds: threads divide alike what is named alike. */
  readonly feeds: string;
  /** Whether all that it feeds begins with it, so that it may be multiplied long before the others. */
  readonly leads: boolean;
  /** Packs a share of the weights. */
  prepare(share: Share): void;
  /** Pre-activations = or += source · W, for the rows at a position; a share of their columns. */
  forward(at: Position, share: Share): void;
  /** The gradient of what was multiplied = or += ∂L/∂pre-activations · Wᵀ. */
  backward(at: Position): void;
  /** The gradient of the weights: a sum over the rows from a position on; a share of its columns. */
  gradient(at: Position, share: Share): void;
}

/** Columns of the record, and of the source's weights, that a product fills first (`=`) or adds to (`+=`). */
interface FedStretch extends Stretch {
  readonly first: boolean;
}

/** What a source feeds, neighbours joined. */
export function fedStretches(
  { program, sizes }: CellSpec,
  { sumColumns }: LoweredCell,
  source: number,
): FedStretch[] {
  const stretches: FedStretch[] = [];
  let weights = 0;
  for (const sum of program.sources[source].sums) {
    const feeding = program.sources.map((other, k) => ({ k, ...other }));
    const [firstFeeding] = feeding
      .filter(({ sums }) => sums.includes(sum))
      .sort((a, b) => a.stage - b.stage || a.k - b.k);
    const first = firstFeeding.k === source;
    const at = sumColumns[sum];
    const count = sizes[program.sums[sum].width];
    const last = stretches.at(-1);
    if (last && last.first === first && last.at + (weights - last.weights) === at) {
      stretches[stretches.length - 1] = { ...last, count: at + count - last.at };
    } else stretches.push({ at, weights, count, first });
    weights += padded(count);
  }
  return stretches;
}

/** @param target Where the gradient of what is multiplied goes, and whether something is there already; null: nobody wants it. */
export function sourceProduct(
  spec: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
  source: number,
  target: { readonly array: CellArray; readonly add: boolean } | null,
): (linked: Linked) => SourceProduct {
  const { program, sizes, training } = spec;
  const place = lowered.sourcePlaces[source];
  const width = sizes[program.sources[source].width];
  const weights = spec.weights[source];
  const weightGradient = training?.weightGradients[source] ?? null;
  const stretches = fedStretches(spec, lowered, source);
  const [record] = memory.record;
  if (place.array === "input" && !("width" in spec.input)) {
    const tokens = spec.input.offset;
    return tokenProduct(context, record, stretches, tokens, weights, weightGradient);
  }

  const from = arrayOf(memory, place);
  const inner = [{ at: 0, weights: 0, count: width }];
  const link = (first: boolean) => {
    const outer = stretches.filter((stretch) => stretch.first === first);
    return outer.length > 0 ? weightProduct(context, { inner, outer, transposed: false }) : null;
  };
  const linkFirst = link(true);
  const linkOthers = link(false);
  const linkBack =
    target && gradientProduct(context, { inner: stretches, outer: inner, transposed: true });
  const linkGradient =
    weightGradient && weightGradientProduct(context, { inner: width, outer: stretches });

  return (linked) => {
    const first = linkFirst?.(linked);
    const others = linkOthers?.(linked);
    const back = linkBack?.(linked);
    const sum = linkGradient?.(linked);
    return {
      feeds: feedsOf(stretches),
      leads: stretches.every(({ first }) => first),
      prepare(share) {
        first?.pack(weights.offset, weights.stride, share);
        others?.pack(weights.offset, weights.stride, share);
        back?.pack(weights.offset, weights.stride, share);
      },
      forward(at, share) {
        const a = offsetAt(from, at) + place.column;
        const c = offsetAt(record, at);
        first?.multiply(a, from.stride, at.rows, c, record.stride, share);
        others?.add(a, from.stride, at.rows, c, record.stride, share);
      },
      backward(at) {
        if (!target || !back) return;
        const a = offsetAt(record, at);
        const c = offsetAt(target.array, at);
        if (target.add) back.add(a, record.stride, at.rows, c, target.array.stride);
        else back.multiply(a, record.stride, at.rows, c, target.array.stride);
      },
      gradient(at, share) {
        if (!sum || !weightGradient) return;
        const a = offsetAt(from, at) + place.column;
        const b = offsetAt(record, at);
        const { offset, stride } = weightGradient;
        sum.multiply(a, from.stride, at.rows, b, record.stride, offset, stride, false, share);
      },
    };
  };
}

function tokenProduct(
  context: PlanContext,
  record: CellArray,
  stretches: readonly FedStretch[],
  tokens: number,
  weights: Tensor,
  weightGradient: Tensor | null,
): (linked: Linked) => SourceProduct {
  const parts = stretches.map(({ at, weights: column, count, first }) => {
    const width = padded(count);
    const [toStride, fromStride] = [record.stride, weights.stride];
    return {
      at,
      column,
      gather: gatherRows(context, { width, toStride, fromStride }, !first),
      scatter: scatterRows(context, { width, toStride: fromStride, fromStride: toStride }),
    };
  });
  return (linked) => {
    const runs = parts.map(({ gather, scatter, ...part }) => {
      return { ...part, gather: gather(linked), scatter: scatter(linked) };
    });
    return {
      feeds: feedsOf(stretches),
      leads: stretches.every(({ first }) => first),
      prepare() {},
      forward(at, share) {
        for (const { gather, at: column, column: from } of runs) {
          const to = offsetAt(record, at) + column;
          gather(to, weights.offset + from, tokens + at.step, at.rows, share);
        }
      },
      backward() {},
      gradient(at, share) {
        if (!weightGradient) return;
        const { offset, rows } = weightGradient;
        for (const { scatter, at: column, column: to } of runs) {
          const from = offsetAt(record, at) + column;
          scatter(offset + to, rows, from, tokens + at.step, at.rows, share);
        }
      },
    };
  };
}

function feedsOf(stretches: readonly FedStretch[]): string {
  return stretches.map(({ at, count }) => `${at}+${count}`).join(" ");
}

function offsetAt(array: CellArray, at: Position): number {
  return array.offset + (array.rows === "all" ? 0 : at[array.rows]) * array.stride;
}
