/**
 * Gradients of a cell's weights: sums over all rows of what was multiplied with ∂L/∂pre-activations. Sources that feed the same
 * pre-activations share one pass over them; of one-hot tokens, each row is added to its token's.
 */
import type { CellSpec, Share, Tensor } from "../engine.ts";
import { padded } from "../layout.ts";
import { arrayOf, type CellMemory, type Position } from "./cellMemory.ts";
import { fedStretches, feedsOf, isTokens, offsetAt } from "./cellProducts.ts";
import { scatterRows } from "./cellRows.ts";
import type { LoweredCell } from "./cellStages.ts";
import type { Linked, PlanContext } from "./compile.ts";
import type { RowSumTerm } from "./matrixProduct.ts";
import { weightGradientProduct } from "./weightProduct.ts";

/** Sums over the rows from a position on; a share of the columns. */
type Sums = (at: Position, share: Share) => void;

export function weightGradients(
  spec: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
): (linked: Linked) => Sums {
  const { program, training } = spec;
  if (!training) return () => () => {};
  const groups = new Map<string, number[]>();
  const links: ((linked: Linked) => Sums)[] = [];
  program.sources.forEach((_, source) => {
    if (isTokens(spec, lowered.sourcePlaces[source])) {
      const table = training.weightGradients[source];
      links.push(tokenSums(spec, lowered, memory, context, source, table));
      return;
    }
    const feeds = feedsOf(fedStretches(spec, lowered, source));
    groups.set(feeds, [...(groups.get(feeds) ?? []), source]);
  });
  for (const sources of groups.values()) {
    const gradients = sources.map((source) => training.weightGradients[source]);
    links.push(productSums(spec, lowered, memory, context, sources, gradients));
  }
  return (linked) => {
    const sums = links.map((link) => link(linked));
    return (at, share) => {
      for (const sum of sums) sum(at, share);
    };
  };
}

type MutableTerm = { -readonly [K in keyof RowSumTerm]: RowSumTerm[K] };

/** @param sources They feed the same columns. */
function productSums(
  spec: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
  sources: readonly number[],
  gradients: readonly Tensor[],
): (linked: Linked) => Sums {
  const { program, sizes } = spec;
  const [record] = memory.record;
  const link = weightGradientProduct(context, {
    inner: sources.map((source) => sizes[program.sources[source].width]),
    outer: fedStretches(spec, lowered, sources[0]),
  });
  const places = sources.map((source) => lowered.sourcePlaces[source]);
  const arrays = places.map((place) => arrayOf(memory, place));
  return (linked) => {
    const product = link(linked);
    const terms = gradients.map(({ offset, stride }, i): MutableTerm => {
      return { a: 0, aStride: arrays[i].stride, c: offset, cStride: stride, accumulate: false };
    });
    return (at, share) => {
      for (let i = 0; i < terms.length; i++) {
        terms[i].a = offsetAt(arrays[i], at) + places[i].column;
      }
      product.multiply(terms, at.rows, offsetAt(record, at), record.stride, share);
    };
  };
}

function tokenSums(
  spec: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
  source: number,
  { offset, rows, stride }: Tensor,
): (linked: Linked) => Sums {
  const [record] = memory.record;
  const parts = fedStretches(spec, lowered, source).map(({ at, weights, count }) => {
    const shape = { width: padded(count), toStride: stride, fromStride: record.stride };
    return { at, weights, scatter: scatterRows(context, shape) };
  });
  return (linked) => {
    const runs = parts.map(({ scatter, ...part }) => ({ ...part, scatter: scatter(linked) }));
    return (at, share) => {
      for (const { scatter, at: column, weights } of runs) {
        const from = offsetAt(record, at) + column;
        scatter(offset + weights, rows, from, spec.input.offset + at.step, at.rows, share);
      }
    };
  };
}
