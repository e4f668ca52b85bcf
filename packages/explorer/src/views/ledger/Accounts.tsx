/** One unit's accounts over the steps, as bars: kept and written stand on zero, the memory is a line. */
import type { StateAccounts } from "../../compute/questions.ts";

export interface AccountsProps {
  readonly state: Extract<StateAccounts, { readonly reason: null }>;
  readonly unit: number;
  readonly step: number;
  readonly labels: readonly string[];
  onStep(step: number): void;
}

const HEIGHT = 220;
const LABELS = 62;
const WIDEST = 44;
/** Steps that are drawn: those around the cursor. */
const SHOWN = 60;
const WIDTH = 960;
const LEFT = 44;

export function Accounts({ state, unit, step, labels, onStep }: AccountsProps) {
  const { name, steps, units } = state;
  const from = Math.max(0, Math.min(steps - SHOWN, step - SHOWN / 2));
  const to = Math.min(steps, from + SHOWN);
  const value = (part: Float32Array, t: number): number => part[t * units + unit] ?? 0;
  let most = 1e-9;
  for (let t = from; t < to; t++) {
    const [kept, written, erased] = [
      value(state.kept, t),
      value(state.written, t),
      value(state.erased, t),
    ];
    most = Math.max(
      most,
      Math.abs(kept) + Math.abs(written),
      Math.abs(kept + erased),
      Math.abs(value(state.memory, t)),
    );
  }
  const y = (amount: number): number => HEIGHT / 2 - (amount / most) * (HEIGHT / 2 - 8);
  const column = Math.min(WIDEST, (WIDTH - LEFT) / (to - from));
  const bar = Math.max(2, column * 0.36);
  const shown = Array.from({ length: to - from }, (_, index) => from + index);
  const path = shown
    .map((t, index) => `${index === 0 ? "M" : "L"}${x(t)} ${y(value(state.memory, t))}`)
    .join("");
  return (
    <svg
      class="accounts"
      data-accounts={name}
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + LABELS}`}
      role="img"
      aria-label={`${name} of unit ${unit}: kept, erased and written at steps ${from} to ${to - 1}; the largest is ${most.toPrecision(3)}`}
    >
      <defs>
        <pattern
          id={`stripes-${name}`}
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" class="written-ground" />
          <rect width="2" height="5" class="written-stripe" />
        </pattern>
      </defs>
      <text x={LEFT - 6} y={y(most) + 4} class="tick">
        {most.toPrecision(2)}
      </text>
      <text x={LEFT - 6} y={y(0) + 4} class="tick">
        0
      </text>
      <text x={LEFT - 6} y={y(-most) + 4} class="tick">
        −{most.toPrecision(2)}
      </text>
      {shown.map((t) => {
        const [kept, erased, written] = [
          value(state.kept, t),
          value(state.erased, t),
          value(state.written, t),
        ];
        return (
          <g key={t} onPointerDown={() => onStep(t)}>
            <rect
              x={x(t) - column / 2}
              y={0}
              width={column}
              height={HEIGHT}
              class={t === step ? "here" : "there"}
            />
            {rect(x(t) - bar, 0, kept, "kept")}
            {rect(x(t) - bar, kept, kept + erased, "erased")}
            {rect(x(t), 0, written, "written", `url(#stripes-${name})`)}
            {column >= 11 ? (
              <text
                transform={`translate(${x(t) + 4} ${HEIGHT + LABELS - 2}) rotate(-90)`}
                class={t === step ? "label now" : "label"}
              >
                {(labels[t] ?? "").trim().slice(0, 9)}
              </text>
            ) : null}
          </g>
        );
      })}
      <path d={`M${LEFT} ${y(0)}H${WIDTH}`} class="zero" />
      <path d={path} class="memory" />
    </svg>
  );

  function x(t: number): number {
    return LEFT + (t - from + 0.5) * column;
  }

  function rect(left: number, a: number, b: number, className: string, fill?: string) {
    const [top, bottom] = [y(Math.max(a, b)), y(Math.min(a, b))];
    return (
      <rect
        x={left}
        y={top}
        width={bar}
        height={Math.max(0, bottom - top)}
        class={className}
        fill={fill}
      />
    );
  }
}
