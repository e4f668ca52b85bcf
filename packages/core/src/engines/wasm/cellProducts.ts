/**
 * The matrix products of one source of a cell: what it multiplies lies in some array, what it feeds in columns of the
 * record. One-hot tokens pick rows of the weights instead.
 */
import type { CellSpec, Share, Tensor } from "../engine.ts";
import { padded } from "../layout.ts";
import { arrayOf, type CellArray, type CellMemory, type Position } from "./cellMemory.ts";
import { gatherRows } from "./cellRows.ts";
import type { LoweredCell, Place } from "./cellStages.ts";
import type { Linked, PlanContext } from "./compile.ts";
import { FEWEST_ROWS, lentProduct } from "./lentProduct.ts";
import type { Stretch } from "./matrixProduct.ts";
import { gradientProduct, weightProduct } from "./weightProduct.ts";

export interface SourceProduct {
  /** What it feeds: threads divide alike what is named alike. */
  readonly feeds: string;
  /** Whether all that it feeds begins with it, so that it may be multiplied long before the others. */
  readonly leads: boolean;
  /** Packs a share of the weights. */
  prepare(share: Share): void;
  /** Pre-activations = or += source · W, for the rows at a position; a share of their columns. */
  forward(at: Position, share: Share): void;
  /** As `forward`, for the rows of many steps at once: of what comes first in all that it feeds. */
  forwardWindow(at: Position, share: Share): void;
  /** The gradient of what was multiplied = or += ∂L/∂pre-activations · Wᵀ. */
  backward(at: Position): void;
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

/** Whether a source is one-hot tokens, of which nothing is multiplied. */
export function isTokens(spec: CellSpec, { array }: Place): boolean {
  return array === "input" && !("width" in spec.input);
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
  const { program, sizes } = spec;
  const place = lowered.sourcePlaces[source];
  const width = sizes[program.sources[source].width];
  const weights = spec.weights[source];
  const stretches = fedStretches(spec, lowered, source);
  const [record] = memory.record;
  if (isTokens(spec, place)) {
    return tokenProduct(context, record, stretches, spec.input.offset, weights);
  }

  const from = arrayOf(memory, place);
  const inner = [{ at: 0, weights: 0, count: width }];
  const link = (first: boolean) => {
    const outer = stretches.filter((stretch) => stretch.first === first);
    return outer.length > 0 ? weightProduct(context, { inner, outer, transposed: false }) : null;
  };
  const linkFirst = link(true);
  const linkOthers = link(false);
  const leads = stretches.every(({ first }) => first);
  const lendsWindow = context.lendsWindows && !context.lends && !spec.training && leads;
  const linkWindow =
    lendsWindow && place.array === "input"
      ? lentProduct(context, { inner, outer: stretches, transposed: false })
      : null;
  const linkBack =
    target && gradientProduct(context, { inner: stretches, outer: inner, transposed: true });

  return (linked) => {
    const first = linkFirst?.(linked);
    const others = linkOthers?.(linked);
    const window = linkWindow?.(linked);
    const back = linkBack?.(linked);
    return {
      feeds: feedsOf(stretches),
      leads,
      prepare(share) {
        window?.pack(weights.offset, weights.stride, share);
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
      forwardWindow(at, share) {
        const product = window && at.rows >= FEWEST_ROWS ? window : first;
        const a = offsetAt(from, at) + place.column;
        product?.multiply(a, from.stride, at.rows, offsetAt(record, at), record.stride, share);
      },
      backward(at) {
        if (!target || !back) return;
        const a = offsetAt(record, at);
        const c = offsetAt(target.array, at);
        if (target.add) back.add(a, record.stride, at.rows, c, target.array.stride);
        else back.multiply(a, record.stride, at.rows, c, target.array.stride);
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
): (linked: Linked) => SourceProduct {
  const parts = stretches.map(({ at, weights: column, count, first }) => {
    const shape = { width: padded(count), toStride: record.stride, fromStride: weights.stride };
    return { at, column, gather: gatherRows(context, shape, !first) };
  });
  return (linked) => {
    const runs = parts.map(({ gather, ...part }) => ({ ...part, gather: gather(linked) }));
    const forward = (at: Position, share: Share): void => {
      for (const { gather, at: column, column: from } of runs) {
        const to = offsetAt(record, at) + column;
        gather(to, weights.offset + from, tokens + at.step, at.rows, share);
      }
    };
    return {
      feeds: feedsOf(stretches),
      leads: stretches.every(({ first }) => first),
      prepare() {},
      forward,
      forwardWindow: forward,
      backward() {},
    };
  };
}

/** Names the columns of the record that are fed. */
export function feedsOf(stretches: readonly FedStretch[]): string {
  return stretches.map(({ at, count }) => `${at}+${count}`).join(" ");
}

export function offsetAt(array: CellArray, at: Position): number {
  return array.offset + (array.rows === "all" ? 0 : at[array.rows]) * array.stride;
}
