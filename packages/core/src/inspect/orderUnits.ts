/**
 * Units in an order in which patterns show: like beside like.
 *
 * *Likeness*: the distance of two units is 1 − r, Pearson's r over the steps. Clusters are joined by average linkage, and
 * each time two are joined, both are turned so that their nearest ends touch: G. Gruvaeus and H. Wainer, Two Additions to
 * Hierarchical Cluster Analysis, British Journal of Mathematical and Statistical Psychology 25, 1972. For N units and T steps
 * that takes N²·T/2 products for the distances and N² operations for the tree (a chain of nearest neighbours: F. Murtagh, A
 * Survey of Recent Advances in Hierarchical Clustering Algorithms, Computer Journal 26, 1983), and N² numbers of memory.
 */
import { CellstateError } from "../errors.ts";
import { correlation, squarable } from "./correlation.ts";
import { saturation } from "./saturation.ts";
import type { SignalTrace } from "./signals.ts";

export const UNIT_ORDERS = ["likeness", "saturation", "correlation", "mean"] as const;
export type UnitOrder = (typeof UNIT_ORDERS)[number];

/**
 * The columns of a signal in a new order. It depends on the values alone: ties go by the column's number, and units that never
 * change (or are not finite) come last.
 *
 * @param by `likeness`: like beside like. `saturation`: from the most open to the most shut, by the share of steps near the upper end
 *   less that near the lower. `correlation`: from what rises with `label` to what falls with it. `mean`: from high to low.
 * @param label [steps], for `correlation`; steps where it is NaN are left out.
 * @returns Columns of `signal.values`; the first is to be shown first.
 * @throws CellstateError `option` for another order, or for saturation of a signal without bounds; `data` where a label is missing or of another length.
 */
export function orderUnits(
  signal: SignalTrace,
  by: UnitOrder,
  label?: ArrayLike<number>,
): readonly number[] {
  if (!UNIT_ORDERS.includes(by)) {
    throw new CellstateError("option", `no order "${by}"; there are ${UNIT_ORDERS.join(", ")}`);
  }
  const { units } = signal;
  const changing = Array.from({ length: units }, (_, u) => u).filter((u) => changes(signal, u));
  const ordered = ORDERS[by](signal, changing, label);
  const placed = new Set(ordered);
  for (let u = 0; u < units; u++) if (!placed.has(u)) ordered.push(u);
  return ordered;
}

type Order = (
  signal: SignalTrace,
  columns: readonly number[],
  label: ArrayLike<number> | undefined,
) => number[];

const ORDERS: Readonly<Record<UnitOrder, Order>> = {
  likeness: (signal, columns) => likeBesideLike(signal, columns),
  saturation(signal, columns) {
    const shares = saturation(signal);
    if (shares.kind === "unbounded") {
      throw new CellstateError(
        "option",
        `units cannot be ordered by saturation: ${shares.reason}; order them by ${UNIT_ORDERS.filter((name) => name !== "saturation").join(", ")}`,
      );
    }
    return descending(columns, (u) => shares.above[u] - shares.below[u]);
  },
  correlation(signal, columns, label) {
    const { steps } = signal;
    if (label?.length !== steps) {
      throw new CellstateError(
        "data",
        `units are ordered by correlation with a label of ${steps} steps, got ${label ? label.length : "none"}`,
      );
    }
    const scores = new Map(columns.map((u) => [u, correlation(column(signal, u), label)]));
    const known = columns.filter((u) => !Number.isNaN(scores.get(u)));
    return descending(known, (u) => scores.get(u) ?? 0);
  },
  mean: (signal, columns) =>
    // The parts, not the sum: that could be too large.
    descending(columns, (u) =>
      column(signal, u).reduce((mean, value) => mean + value / signal.steps, 0),
    ),
};

/** Equal keys stay in the order of their numbers: sorting is stable. */
function descending(columns: readonly number[], key: (column: number) => number): number[] {
  const keys = new Map(columns.map((u) => [u, key(u)]));
  return columns.toSorted((a, b) => (keys.get(b) ?? 0) - (keys.get(a) ?? 0));
}

function column({ values, steps, units }: SignalTrace, u: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => values[t * units + u]);
}

function changes({ values, steps, units }: SignalTrace, u: number): boolean {
  let isConstant = true;
  for (let t = 0; t < steps; t++) {
    const value = values[t * units + u];
    if (!Number.isFinite(value)) return false;
    isConstant &&= value === values[u];
  }
  return !isConstant;
}

function likeBesideLike(signal: SignalTrace, columns: readonly number[]): number[] {
  const n = columns.length;
  if (n < 3) return [...columns];
  const distances = correlationDistances(signal, columns);
  const between = distances.slice();
  // By cluster, which goes by one of its members: how many it has, and these in their order.
  const sizes = new Float64Array(n).fill(1);
  const members: number[][] = columns.map((_, i) => [i]);
  const alive = columns.map((_, i) => i);
  const chain: number[] = [];
  while (alive.length > 1) {
    if (chain.length === 0) chain.push(alive[0]);
    const last = chain[chain.length - 1];
    const before = chain.length > 1 ? chain[chain.length - 2] : -1;
    // The one before is preferred among equals: else the chain could go round in a circle.
    let nearest = before;
    let least = before >= 0 ? between[last * n + before] : Number.POSITIVE_INFINITY;
    for (const other of alive) {
      if (other !== last && between[last * n + other] < least) {
        least = between[last * n + other];
        nearest = other;
      }
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [kept, gone] = last < before ? [last, before] : [before, last];
    members[kept] = joinEnds(members[kept], members[gone], distances, n);
    alive.splice(alive.indexOf(gone), 1);
    const all = sizes[kept] + sizes[gone];
    for (const other of alive) {
      if (other === kept) continue;
      const mean =
        (sizes[kept] * between[kept * n + other] + sizes[gone] * between[gone * n + other]) / all;
      between[kept * n + other] = mean;
      between[other * n + kept] = mean;
    }
    sizes[kept] = all;
  }
  const order = members[alive[0]];
  if (order[n - 1] < order[0]) order.reverse();
  return order.map((i) => columns[i]);
}

/** Two rows as one, turned so that the ends that touch are the nearest. */
function joinEnds(a: number[], b: number[], distances: Float32Array, n: number): number[] {
  const at = (i: number, j: number): number => distances[i * n + j];
  const [aFirst, aLast] = [a[0], a[a.length - 1]];
  const [bFirst, bLast] = [b[0], b[b.length - 1]];
  const touching = [
    at(aLast, bFirst),
    at(aLast, bLast),
    at(aFirst, bFirst),
    at(aFirst, bLast),
  ] as const;
  const best = touching.indexOf(Math.min(...touching));
  if (best >= 2) a.reverse();
  if (best % 2 === 1) b.reverse();
  return a.concat(b);
}

/** Units whose products are summed together: each value that is read serves twice as many products. */
const TILE = 4;

/** 1 − r of every two columns, [n, n]. */
function correlationDistances(signal: SignalTrace, columns: readonly number[]): Float32Array {
  const n = columns.length;
  const { steps } = signal;
  // Each column with mean 0 and length 1, as a row; rows of zeros fill the last tile.
  const rows = Math.ceil(n / TILE) * TILE;
  const unit = new Float64Array(rows * steps);
  for (const [i, u] of columns.entries()) {
    const values = Float64Array.from(squarable(column(signal, u)));
    const mean = values.reduce((total, value) => total + value, 0) / steps;
    const length = Math.sqrt(
      values.reduce((total, value) => total + (value - mean) * (value - mean), 0),
    );
    for (let t = 0; t < steps; t++) unit[i * steps + t] = (values[t] - mean) / (length || 1);
  }
  const distances = new Float32Array(n * n);
  const put = (i: number, j: number, r: number): void => {
    if (i >= n || j >= n || i === j) return;
    distances[i * n + j] = Math.max(0, 1 - r);
    distances[j * n + i] = Math.max(0, 1 - r);
  };
  for (let i = 0; i < rows; i += 2) {
    const [p, q] = [i * steps, (i + 1) * steps];
    for (let j = (i >> 2) << 2; j < rows; j += TILE) {
      const [k, l, m, o] = [j * steps, (j + 1) * steps, (j + 2) * steps, (j + 3) * steps];
      let pk = 0;
      let pl = 0;
      let pm = 0;
      let po = 0;
      let qk = 0;
      let ql = 0;
      let qm = 0;
      let qo = 0;
      for (let t = 0; t < steps; t++) {
        const a = unit[p + t];
        const b = unit[q + t];
        const w = unit[k + t];
        const x = unit[l + t];
        const y = unit[m + t];
        const z = unit[o + t];
        pk += a * w;
        pl += a * x;
        pm += a * y;
        po += a * z;
        qk += b * w;
        ql += b * x;
        qm += b * y;
        qo += b * z;
      }
      put(i, j, pk);
      put(i, j + 1, pl);
      put(i, j + 2, pm);
      put(i, j + 3, po);
      put(i + 1, j, qk);
      put(i + 1, j + 1, ql);
      put(i + 1, j + 2, qm);
      put(i + 1, j + 3, qo);
    }
  }
  return distances;
}
