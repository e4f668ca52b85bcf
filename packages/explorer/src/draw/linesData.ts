/** What lines are made of, and what follows from that without a canvas: their range, where their names stand, which steps are marked. */

export interface LineSeries {
  /** Stands at the line's end. */
  readonly name: string;
  /** One a step; what is not finite is a gap. */
  readonly values: ArrayLike<number>;
  /** A colour of the page: `--plus`. */
  readonly colour: string;
  /** Lengths of strokes and gaps in CSS pixels; empty for a whole line. @default another for each series, the first one whole */
  readonly dash?: readonly number[];
}

/** What lies between two lines. */
export interface LineBand {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly colour: string;
}

export interface LinesData {
  readonly series: readonly LineSeries[];
  readonly bands?: readonly LineBand[];
  /** What the steps are called, one each, rising. @default 0, 1, 2 … */
  readonly x?: ArrayLike<number>;
  /** Heights by powers of ten; what is not above zero is a gap. @default false */
  readonly isLog?: boolean;
  /** The lowest and highest height; what lies beyond is cut off. @default what there is */
  readonly domain?: readonly [number, number];
}

export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];
export const MARKERS = ["circle", "square", "triangle", "diamond"] as const;
export type Marker = (typeof MARKERS)[number];

export function dashOf({ dash }: LineSeries, index: number): readonly number[] {
  return dash ?? DASHES[index % DASHES.length];
}

export function markerOf(index: number): Marker {
  return MARKERS[index % MARKERS.length];
}

export function isDrawn(value: number, isLog: boolean): boolean {
  return Number.isFinite(value) && (!isLog || value > 0);
}

export function longestOf({ series, bands = [] }: LinesData): number {
  return Math.max(
    0,
    ...[...series.map(({ values }) => values), ...bands.map(({ low }) => low)].map(
      ({ length }) => length,
    ),
  );
}

/** @returns the lowest and the highest height, with some room; whole powers of ten where heights are logarithmic. */
export function rangeOf({
  series,
  bands = [],
  isLog = false,
  domain,
}: LinesData): [number, number] {
  if (domain) return [domain[0], domain[1]];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const all = [
    ...series.map(({ values }) => values),
    ...bands.flatMap((band) => [band.low, band.high]),
  ];
  for (const values of all) {
    for (let n = 0; n < values.length; n++) {
      const value = values[n];
      if (!isDrawn(value, isLog)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  if (isLog) {
    const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    return [10 ** from, 10 ** Math.max(to, from + 1)];
  }
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

export interface LineLabel {
  readonly series: number;
  /** Index of the last step that is drawn. */
  readonly end: number;
  /** Where its name stands, from the top. */
  readonly at: number;
}

/** Names beside the lines' ends, pushed apart where they would cover one another. @param yOf From heights to distances from the top. */
export function labelsOf(
  { series, isLog = false }: LinesData,
  yOf: (value: number) => number,
  { top, bottom, line }: { readonly top: number; readonly bottom: number; readonly line: number },
): LineLabel[] {
  const labels = series.flatMap(({ values }, index) => {
    let end = values.length - 1;
    while (end >= 0 && !isDrawn(values[end], isLog)) end--;
    if (end < 0) return [];
    return [{ series: index, end, at: Math.max(top, Math.min(bottom, yOf(values[end]))) }];
  });
  labels.sort((a, b) => a.at - b.at);
  for (let n = 1; n < labels.length; n++) {
    labels[n].at = Math.max(labels[n].at, labels[n - 1].at + line);
  }
  const over = Math.max(0, (labels.at(-1)?.at ?? 0) - bottom);
  return labels.map((label) => ({ ...label, at: label.at - over }));
}

/** Steps that have a marker: far enough from one another to be told from the line, and not where another line has its own. */
export function markedSteps(steps: number, width: number, index: number, count: number): number[] {
  if (steps === 0) return [];
  const every = Math.max(1, Math.ceil((steps * 70) / Math.max(width, 1)));
  const first = Math.min(steps - 1, Math.floor(((index + 0.5) * every) / Math.max(count, 1)));
  return Array.from({ length: Math.ceil((steps - first) / every) }, (_, n) => first + n * every);
}

/** Powers of ten within a range, the highest among them, thinned to what has room. @param most How many. */
export function decadesOf([low, high]: readonly [number, number], most: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from + 1) / most));
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, n) =>
    Number(`1e${to - n * every}`),
  ).reverse();
}
