/**
 * A square a signal: a dot a unit, to the right the share of steps near the signal's low end, upward that near its high end. A. Karpathy, J. Johnson and
 * L. Fei-Fei drew gates so in Visualizing and Understanding Recurrent Networks, 2015. A rectangle that is dragged selects; a tap moves the cursor.
 */
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { useWidth } from "../../draw/useWidth.ts";
import type { Brush, Shares } from "./brush.ts";

export interface Panel extends Shares {
  readonly caption: string;
  /** What the two ends are called: `below 0.1`. */
  readonly ends: readonly [string, string];
}

export interface ScatterProps {
  readonly panels: readonly Panel[];
  readonly brush: Brush | null;
  readonly selected: ReadonlySet<number> | null;
  readonly unit: number;
  readonly label: string;
  readonly picture: RefObject<SVGSVGElement | null>;
  onBrush(brush: Brush): void;
  onUnit(unit: number, signal: string): void;
}

const GAP = 34;
const LEFT = 46;
const TITLE = 20;
const FOOT = 36;
/** A pointer that moved less was a tap. */
const TAP = 6;

/** Many dots lie on the very edges: so near one, it is meant. */
const SNAP = 0.02;

interface Drag {
  readonly panel: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export function Scatter(props: ScatterProps) {
  const { panels, brush, selected, unit, label, picture, onBrush, onUnit } = props;
  const width = useWidth(picture);
  const [drag, setDrag] = useState<Drag | null>(null);
  const began = useRef<readonly [number, number] | null>(null);
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / 230)));
  const side = Math.min(240, width / columns - LEFT - GAP / 2);
  const [across, down] = [width / columns, TITLE + side + FOOT];
  const height = Math.ceil(panels.length / columns) * down;
  const origin = (n: number): readonly [number, number] => [
    (n % columns) * across + LEFT,
    Math.floor(n / columns) * down + TITLE,
  ];
  /** Shares under the pointer, in a panel's own square. */
  const sharesAt = (event: PointerEvent, n: number): readonly [number, number] => {
    const box = picture.current?.getBoundingClientRect();
    const [x, y] = origin(n);
    const clamp = (share: number) => (share < SNAP ? 0 : share > 1 - SNAP ? 1 : share);
    return [
      clamp((event.clientX - (box?.left ?? 0) - x) / side),
      clamp(1 - (event.clientY - (box?.top ?? 0) - y) / side),
    ];
  };
  const end = (event: PointerEvent) => {
    const start = began.current;
    began.current = null;
    setDrag(null);
    if (!start || !drag) return;
    const panel = panels[drag.panel];
    if (Math.hypot(event.clientX - start[0], event.clientY - start[1]) < TAP) {
      onUnit(nearest(panel, drag.to), panel.name);
      return;
    }
    const [a, b] = [drag.from, drag.to];
    onBrush({
      signal: panel.name,
      below: [Math.min(a[0], b[0]), Math.max(a[0], b[0])],
      above: [Math.min(a[1], b[1]), Math.max(a[1], b[1])],
    });
  };
  return (
    <svg
      ref={picture}
      class="plot"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      height={height}
      font-size="12"
      onPointerMove={(event) => {
        if (drag && event.buttons !== 0) setDrag({ ...drag, to: sharesAt(event, drag.panel) });
      }}
      onPointerUp={end}
      onPointerCancel={() => {
        began.current = null;
        setDrag(null);
      }}
    >
      {panels.map((panel, n) => {
        const [x, y] = origin(n);
        const shown = drag?.panel === n ? rectangleOf(drag) : brushOf(brush, panel);
        return (
          <g key={panel.name} transform={`translate(${x} ${y})`}>
            <text x={0} y={-6} class="plot-title">
              {panel.name}
            </text>
            <rect
              data-panel={panel.name}
              width={side}
              height={side}
              class="scatter-ground"
              onPointerDown={(event) => {
                event.currentTarget.ownerSVGElement?.setPointerCapture(event.pointerId);
                began.current = [event.clientX, event.clientY];
                const at = sharesAt(event, n);
                setDrag({ panel: n, from: at, to: at });
              }}
            />
            <line x1={0} y1={0} x2={side} y2={side} class="plot-grid" />
            {shown ? (
              <rect
                x={shown[0] * side}
                y={(1 - shown[3]) * side}
                width={Math.max(1, (shown[1] - shown[0]) * side)}
                height={Math.max(1, (shown[3] - shown[2]) * side)}
                class="scatter-brush"
              />
            ) : null}
            {Array.from(panel.below, (below, dot) => (
              <circle
                key={dot}
                cx={below * side}
                cy={(1 - panel.above[dot]) * side}
                r={dot === unit ? 7 : selected?.has(dot) ? 4.5 : 3}
                class={classOf(dot === unit, selected === null || selected.has(dot))}
              />
            ))}
            {[0, 1].map((share) => (
              <text
                key={share}
                x={-6}
                y={(1 - share) * side + (share === 1 ? 10 : 0)}
                text-anchor="end"
                class="plot-text"
              >
                {share * 100} %
              </text>
            ))}
            <text
              transform={`translate(-12 ${side / 2}) rotate(-90)`}
              text-anchor="middle"
              class="plot-text"
            >
              {panel.ends[1]}
            </text>
            <text x={side / 2} y={side + 16} text-anchor="middle" class="plot-text">
              {panel.ends[0]}
            </text>
            <text x={side} y={side + 16} text-anchor="end" class="plot-text">
              100 %
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function classOf(isCursor: boolean, isSelected: boolean): string {
  if (isCursor) return "scatter-cursor";
  return isSelected ? "scatter-unit" : "scatter-left";
}

function rectangleOf({ from, to }: Drag): readonly [number, number, number, number] {
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  return [left, right, Math.min(from[1], to[1]), Math.max(from[1], to[1])];
}

function brushOf(
  brush: Brush | null,
  { name }: Panel,
): readonly [number, number, number, number] | null {
  return brush?.signal === name ? [...brush.below, ...brush.above] : null;
}

function nearest({ below, above }: Shares, [x, y]: readonly [number, number]): number {
  let best = 0;
  const distance = (unit: number) => Math.hypot(below[unit] - x, above[unit] - y);
  for (let unit = 1; unit < below.length; unit++) if (distance(unit) < distance(best)) best = unit;
  return best;
}
