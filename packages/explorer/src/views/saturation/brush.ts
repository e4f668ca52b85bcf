/** Which units lie within a rectangle of shares. */
import type { Json } from "../../state/page.ts";

/** Of a signal that has ends: shares of steps by unit. */
export interface Shares {
  readonly name: string;
  readonly below: Float64Array;
  readonly above: Float64Array;
}

/** From the least to the most, both taken in. */
export interface Brush {
  readonly signal: string;
  readonly below: readonly [number, number];
  readonly above: readonly [number, number];
}

/** What rounding of shares and of sliders may add. */
const ROUNDING = 1e-9;

export function unitsWithin({ below, above }: Shares, brush: Brush): number[] {
  const units = Array.from(below, (_, unit) => unit);
  return units.filter(
    (unit) => isWithin(below[unit], brush.below) && isWithin(above[unit], brush.above),
  );
}

function isWithin(share: number, [least, most]: readonly [number, number]): boolean {
  return share >= least - ROUNDING && share <= most + ROUNDING;
}

/** As a link has it; null for what is none. */
export function brushFrom(json: Json | undefined): Brush | null {
  if (!Array.isArray(json)) return null;
  const [signal, ...ends]: readonly Json[] = json;
  if (typeof signal !== "string" || ends.length !== 4) return null;
  const [a, b, c, d] = ends.map(Number);
  if ([a, b, c, d].some((end) => !(end >= 0 && end <= 1))) return null;
  return { signal, below: [a, b], above: [c, d] };
}

export function brushToJson({ signal, below, above }: Brush): Json {
  return [signal, ...below, ...above].map((each) =>
    typeof each === "number" ? Number(each.toFixed(4)) : each,
  );
}
