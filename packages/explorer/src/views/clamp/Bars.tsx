/** Named bars from zero to the right, one or two of each name; a number beside each, so that no colour is needed. */
import type { RefObject } from "preact";
import { shortNumber } from "../../draw/colours.ts";
import { useWidth } from "../../draw/useWidth.ts";
import "./bars.css";

export interface Bar {
  readonly name: string;
  readonly values: readonly number[];
}

export interface BarsProps {
  readonly picture: RefObject<SVGSVGElement | null>;
  readonly label: string;
  readonly bars: readonly Bar[];
  /** Where the picture ends. */
  readonly high: number;
  /** A line across, with its name. */
  readonly mark?: { readonly at: number; readonly name: string };
}

const NAME = 92;
const NUMBER = 64;
const THICK = 12;

export function Bars({ picture, label, bars, high, mark }: BarsProps) {
  const width = useWidth(picture);
  const room = Math.max(40, width - NAME - NUMBER);
  const top = mark ? 18 : 4;
  const tall = THICK * (bars[0]?.values.length ?? 1) + 8;
  const height = top + bars.length * tall;
  const lengthOf = (value: number) =>
    Number.isFinite(value) ? Math.min(1, Math.abs(value) / high) * room : room;
  return (
    <svg
      ref={picture}
      class="bars"
      role="img"
      aria-label={`${label}: ${bars.map(({ name, values }) => `${name} ${values.map(shortNumber).join(" and ")}`).join("; ")}`}
      viewBox={`0 0 ${width} ${height}`}
      height={height}
    >
      {bars.map(({ name, values }, row) => (
        <g key={`${row} ${name}`}>
          <text class="bars-name" x={NAME - 6} y={top + row * tall + tall / 2} text-anchor="end">
            {name.length > 12 ? `${name.slice(0, 11)}…` : name}
          </text>
          {values.map((value, index) => {
            const y = top + row * tall + index * THICK;
            return (
              <g key={`${index}`}>
                <rect
                  class={index === 0 ? "bars-first" : "bars-second"}
                  x={NAME}
                  y={y}
                  width={Math.max(1, lengthOf(value))}
                  height={THICK - 2}
                />
                <text class="bars-number" x={NAME + lengthOf(value) + 4} y={y + THICK - 3}>
                  {shortNumber(value)}
                </text>
              </g>
            );
          })}
        </g>
      ))}
      {mark ? (
        <>
          <line
            class="bars-mark"
            x1={NAME + lengthOf(mark.at)}
            x2={NAME + lengthOf(mark.at)}
            y1={14}
            y2={height}
          />
          <text class="bars-name" x={NAME + lengthOf(mark.at)} y={11} text-anchor="middle">
            {mark.name}
          </text>
        </>
      ) : null}
    </svg>
  );
}
