/** How each gate's values are spread, checkpoint by checkpoint: from 0 at the bottom to 1 at the top. */
import { useRef } from "preact/hooks";
import { Legend } from "../../draw/Legend.tsx";
import { Figure } from "../../figure/Figure.tsx";
import type { Checkpoint } from "../../training/protocol.ts";
import { canvasesSvg } from "../measures/canvasesSvg.ts";
import { SpreadCanvas } from "./SpreadCanvas.tsx";

/** Shares of the values in a twentieth of the range; more than half is rare, and has the end's colour. */
const SCALE = { kind: "gate", low: 0, high: 0.5 } as const;

export interface GatesOf {
  readonly name: string;
  readonly checkpoints: readonly Checkpoint[];
}

export interface GatesProps {
  readonly trainings: readonly GatesOf[];
  /** The update that is looked at; null for none. */
  readonly at: number | null;
  onStep?(step: number): void;
}

interface Spread {
  readonly title: string;
  readonly caption: string;
  readonly range: readonly [number, number];
  readonly steps: readonly number[];
  /** [checkpoints, bins] */
  readonly values: Float32Array;
  readonly bins: number;
}

export function Gates({ trainings, at, onStep }: GatesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = trainings.map((training) => spreadsOf(training, trainings.length > 1));
  const spreads = rows.flat();
  const all = spreads.flatMap(({ values }) => Array.from(values));
  const clipped = all.filter((share) => share > SCALE.high).length;
  return (
    <Figure
      name="gates"
      title="Gates, as they learn"
      caption="How the values of all units along one fixed example are spread: a column a checkpoint, 0 at the bottom and 1 at the top; the darker on a light page (the brighter on a dark one), the more of them lie there. A gate begins in the middle, and learns to be open or shut."
      table={() => tableOf(spreads)}
      svg={() =>
        canvasesSvg(
          frame.current,
          spreads.map(({ title }) => title),
        )
      }
    >
      <Legend
        scale={SCALE}
        name="share of the values"
        clipped={{ count: clipped, of: all.length }}
      />
      <div ref={frame}>
        {rows.map((row, index) => (
          <div key={trainings[index].name} class="train-gates">
            {row.map((spread) => {
              const { title, caption, range, steps, values, bins } = spread;
              const chosen = at === null ? -1 : steps.findLastIndex((step) => step <= at);
              return (
                <div key={title} class="train-gate">
                  <h4>
                    {title} <small>{caption}</small>
                  </h4>
                  <div class="train-axis">
                    <span>{range[1]}</span>
                    <span>{range[0]}</span>
                  </div>
                  <SpreadCanvas
                    cells={{ values, steps: steps.length, units: bins, order: topDown(bins) }}
                    scale={SCALE}
                    label={`${title}: where its values lie between ${range[0]} and ${range[1]}, at ${steps.length} checkpoints; now mostly ${mostly(spread)}`}
                    column={chosen < 0 ? null : chosen}
                    onColumn={onStep ? (column) => onStep(steps[column] ?? 0) : undefined}
                  />
                  <p class="train-mostly">now mostly {mostly(spread)}</p>
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </Figure>
  );
}

function spreadsOf({ name, checkpoints }: GatesOf, isNamed: boolean): Spread[] {
  const first = checkpoints.at(0)?.histograms ?? [];
  return first.map(({ signal, caption, range, shares }, index) => {
    const bins = shares.length;
    const values = new Float32Array(checkpoints.length * bins);
    for (const [row, { histograms }] of checkpoints.entries()) {
      values.set(histograms[index].shares, row * bins);
    }
    const title = isNamed ? `${signal}, ${name}` : signal;
    return { title, caption, range, bins, values, steps: checkpoints.map(({ step }) => step) };
  });
}

function topDown(bins: number): Int32Array {
  return Int32Array.from({ length: bins }, (_, row) => bins - 1 - row);
}

/** `between 0.45 and 0.55 (31 %)` */
function mostly({ values, bins, range: [low, high] }: Spread): string {
  const last = values.subarray(values.length - bins);
  let best = 0;
  for (let bin = 1; bin < bins; bin++) if (last[bin] > last[best]) best = bin;
  const edge = (bin: number) => (low + ((high - low) * bin) / bins).toFixed(2).replace("-", "−");
  return `between ${edge(best)} and ${edge(best + 1)} (${Math.round(100 * last[best])} %)`;
}

function tableOf(spreads: readonly Spread[]) {
  const rows = spreads.flatMap((spread) =>
    spread.steps.flatMap((step, checkpoint) =>
      Array.from({ length: spread.bins }, (_, bin) => ({ spread, step, checkpoint, bin })),
    ),
  );
  return {
    columns: ["gate", "update", "from", "to", "share"],
    rows: rows.length,
    cell(row: number, column: number): string | number {
      const { spread, step, checkpoint, bin } = rows[row];
      const [low, high] = spread.range;
      const edge = (at: number) => low + ((high - low) * at) / spread.bins;
      return [
        spread.title,
        step,
        edge(bin),
        edge(bin + 1),
        spread.values[checkpoint * spread.bins + bin],
      ][column];
    },
  };
}
