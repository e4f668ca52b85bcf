/** Holds that stay while another is tried: signals, of a unit or of all, each at its value. They are in the link. */
import type { Ask } from "../../compute/questions.ts";
import { shortNumber } from "../../draw/colours.ts";
import type { Json } from "../../state/page.ts";
import type { Session } from "../../state/session.ts";
import { keepOwn, ownOf } from "../measures/own.ts";

export interface Hold {
  readonly place: number;
  readonly signal: string;
  /** Null for all. */
  readonly unit: number | null;
  readonly value: number;
}

interface KeptHoldsProps {
  readonly session: Session;
  /** The one that is being tried. */
  readonly held: {
    readonly signal: string;
    readonly isWhole: boolean;
    readonly value: number;
  };
}

/** Where a signal has no bounds. */
const UNBOUNDED = 3;

/** As the link has them, as far as they fit the open model. */
export function keptHolds(session: Session): readonly Hold[] {
  const kept: Json | undefined = ownOf(session, "clamp").kept;
  const places = session.model.value?.places ?? [];
  const all: readonly Json[] = Array.isArray(kept) ? kept : [];
  return all.flatMap((each): Hold[] => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return [];
    const { place, signal, unit, value } = each as Readonly<Record<string, Json>>;
    if (typeof place !== "number" || typeof signal !== "string") return [];
    if (typeof value !== "number" || !Number.isFinite(value)) return [];
    const at = places[place];
    if (!at?.cell.signals.some(({ name }) => name === signal)) return [];
    if (typeof unit !== "number") return [{ place, signal, unit: null, value }];
    return unit >= 0 && unit < at.units ? [{ place, signal, unit: Math.trunc(unit), value }] : [];
  });
}

export function clampOf({ place, signal, unit, value }: Hold): Ask<"clamp">["clamps"][number] {
  return { layer: place, signal, value, ...(unit === null ? {} : { units: [unit] }) };
}

export function KeptHolds({ session, held }: KeptHoldsProps) {
  const holds = keptHolds(session);
  const keep = (next: readonly Hold[]) =>
    keepOwn(session, "clamp", { kept: next.map((hold) => ({ ...hold })) });
  const { place, unit } = session.state.cursor.value;
  const now: Hold = {
    ...{ place, signal: held.signal, value: held.value },
    unit: held.isWhole ? null : unit,
  };
  const hasLayers = (session.model.value?.places.length ?? 1) > 1;
  return (
    <div>
      {holds.map((hold, index) => {
        const name = `${hold.signal} of ${hold.unit === null ? "all units" : `unit ${hold.unit}`}`;
        const [low, high] = rangeOf(session, hold);
        return (
          <p key={`${hold.place} ${hold.signal} ${hold.unit}`}>
            <label>
              also {name}
              {hasLayers ? `, layer ${hold.place}` : ""} at{" "}
              <input
                type="range"
                min={low}
                max={high}
                step={0.01}
                value={hold.value}
                onInput={(event) => {
                  const value = Number(event.currentTarget.value);
                  keep(holds.map((each, at) => (at === index ? { ...each, value } : each)));
                }}
              />{" "}
              {shortNumber(hold.value)}
            </label>{" "}
            <button
              type="button"
              aria-label={`Let go of ${name}`}
              onClick={() => keep(holds.filter((_, at) => at !== index))}
            >
              Let go
            </button>
          </p>
        );
      })}
      <button
        type="button"
        disabled={holds.some((hold) => isSame(hold, now))}
        onClick={() => keep([...holds, now])}
      >
        Keep this hold, and try another beside it
      </button>
    </div>
  );
}

function isSame(one: Hold, other: Hold): boolean {
  return one.place === other.place && one.signal === other.signal && one.unit === other.unit;
}

function rangeOf(session: Session, { place, signal, value }: Hold): readonly [number, number] {
  const signals = session.model.value?.places[place]?.cell.signals ?? [];
  const range = signals.find(({ name }) => name === signal)?.range;
  if (range?.every(Number.isFinite)) return range;
  return [Math.min(-UNBOUNDED, value), Math.max(UNBOUNDED, value)];
}
