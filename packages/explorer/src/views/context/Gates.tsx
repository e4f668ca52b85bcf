/** The gate that keeps a memory, unit by unit after both continuations, and which units dropped what they held. */
import { useMemo, useRef } from "preact/hooks";
import type { ContextLayer, ContextState } from "../../compute/questions.ts";
import { shortNumber } from "../../draw/colours.ts";
import { Heatmap } from "../../draw/Heatmap.tsx";
import { Legend } from "../../draw/Legend.tsx";
import { Figure } from "../../figure/Figure.tsx";
import type { Session } from "../../state/session.ts";
import { canvasesSvg } from "../measures/canvasesSvg.ts";
import { type Change, percent } from "./words.ts";

export interface GatesProps {
  readonly session: Session;
  readonly change: Change;
  readonly layer: ContextLayer;
  readonly state: ContextState;
  /** Steps after the parting. */
  readonly step: number;
  onStep(step: number): void;
}

const GATE = { kind: "gate", low: 0, high: 1 } as const;
const SIDES = ["first", "second"] as const;
/** Units that are told of. */
const TOLD = 8;

export function Gates({ session, change, layer, state, step, onStep }: GatesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { keep, memory } = state;
  const order = useMemo(() => Int32Array.from(memory?.units ?? [], (each) => each.unit), [memory]);
  if (!keep || !memory) return null;
  const { unit } = session.state.cursor.value;
  const tokens = [change.tokens.first, change.tokens.second];
  const height = Math.max(120, Math.min(480, 4 * order.length));
  const titles = SIDES.map((side, n) => `${side}: ${tokens[n].join("").trim()}`);
  const at = (side: 0 | 1, of: number) => {
    const { values, units, steps } = keep.values[side];
    return step < steps ? values[step * units + of] : Number.NaN;
  };
  return (
    <Figure
      name={`context-${state.name}`}
      title={`${keep.name}: ${keep.caption}, ${layer.place}`}
      caption={`The gate that keeps ${state.name}: an LSTM's forget gate, a GRU's update gate. A row is a unit, a column a word of the continuation. Where the gate is 1 the memory ${state.name} is kept, where it is 0 dropped. On top stand the units of whose memory the second continuation dropped most that the first kept.`}
      table={() => tableOf(change, state)}
      svg={() => canvasesSvg(frame.current, titles)}
    >
      <Legend scale={GATE} name={keep.name} />
      <div class="beside" ref={frame}>
        {keep.values.map((values, side) => (
          <div key={SIDES[side]}>
            <p class="beside-title">
              The {SIDES[side]} continuation: on average {percent(memory.keep.mean[side])} open
            </p>
            <Heatmap
              cells={{ ...values, order }}
              scale={GATE}
              label={`${keep.name} of ${values.units} units over the ${values.steps} steps of the ${SIDES[side]} continuation`}
              height={height}
              stepNames={tokens[side]}
              cursor={{ step: Math.min(step, values.steps - 1), unit }}
              onCursor={(to, of) => {
                onStep(to);
                session.move({ unit: of });
              }}
            />
          </div>
        ))}
      </div>
      <p data-cursor-words="">
        Step {step + 1} after the parting, unit {unit}: {keep.name} is {shortNumber(at(0, unit))} at
        “{tokens[0][step]?.trim()}” and {shortNumber(at(1, unit))} at “{tokens[1][step]?.trim()}”.
        Over the beginning the gate was {percent(memory.keep.shared)} open on average.
      </p>
      <p>
        Of all that {state.name} held at the parting, {percent(memory.remaining[0])} is still there
        after the first continuation and {percent(memory.remaining[1])} after the second.
      </p>
      <ul class="verdicts" data-dropped="">
        {memory.units.slice(0, TOLD).map(({ unit: of, before, kept, after }) => (
          <li key={of}>
            Unit {of} held {shortNumber(before)}: the first continuation keeps {percent(kept[0])} of
            it, the second {percent(kept[1])}; it ends at {shortNumber(after[0])} and{" "}
            {shortNumber(after[1])}.
          </li>
        ))}
      </ul>
    </Figure>
  );
}

function tableOf({ tokens }: Change, { keep, memory }: ContextState) {
  const rows = memory?.units ?? [];
  const gates = [tokens.first, tokens.second].flatMap((side, s) =>
    side.map((token, step) => ({
      name: `${keep?.name} ${SIDES[s]} ${step + 1} ${token.trim()}`,
      of: (unit: number) => {
        const values = keep?.values[s];
        return values ? values.values[step * values.units + unit] : Number.NaN;
      },
    })),
  );
  const fixed = ["unit", "before", "kept first", "kept second", "after first", "after second"];
  return {
    columns: [...fixed, "dropped by", ...gates.map(({ name }) => name)],
    rows: rows.length,
    cell: (row: number, column: number) => {
      const { unit, before, kept, after, droppedBy } = rows[row];
      const known = [unit, before, ...kept, ...after, droppedBy];
      return known[column] ?? gates[column - known.length].of(unit);
    },
  };
}
