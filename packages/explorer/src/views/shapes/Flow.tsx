/** What flows, from above to below: what is read, what an encoder hands over, what is answered. */
import { useRef } from "preact/hooks";
import type { Answer, Reading } from "../../compute/questions.ts";
import { cssColour, fitScale, shortNumber } from "../../draw/colours.ts";
import { ground } from "../../draw/ground.ts";
import { svgDocument } from "../../draw/svgDocument.ts";
import { useWidth } from "../../draw/useWidth.ts";
import { Figure } from "../../figure/Figure.tsx";
import type { FigureTable } from "../../figure/source.ts";

interface FlowProps {
  readonly name: string;
  readonly reading: Reading;
  readonly flow: Answer<"attention">;
  table(): FigureTable;
}

const BOX = 24;
const BARS = 14;
const LINE = 44;
const SERIES = 70;

export function Flow({ name, reading, flow, table }: FlowProps) {
  const picture = useRef<SVGSVGElement>(null);
  const width = useWidth(picture);
  const { labels, outputLabels, vectors, answer } = reading;
  const hasSeries = vectors !== null && reading.steps > 1;
  const read = hasSeries ? null : rowsFor(vectors ? rowLabels(reading) : labels, width);
  const written = rowsFor(outputLabels.length > 0 ? outputLabels : [answer ?? ""], width);
  let y = 18;
  const readAt = y;
  y += hasSeries ? SERIES : (read?.length ?? 0) * (BOX + 4);
  const handedAt = y + LINE;
  const handed = flow.handOver;
  y = handed.length > 0 ? handedAt + handed.length * (BARS + 18) + 4 : y;
  const answerAt = y + LINE;
  const height = answerAt + written.length * (BOX + 4) + 6;
  return (
    <Figure
      name={name}
      title={`It answers ${answer ?? "nothing"}`}
      caption={
        <>
          From above to below: what it reads,{" "}
          {handed.length > 0
            ? "what the encoder knows at its end (blue is above zero, orange below; a cell a unit), "
            : ""}
          and what it {outputLabels.length > 0 ? "writes, one token after the other" : "answers"}.
        </>
      }
      table={table}
      svg={() => svgDocument(picture.current)}
    >
      <svg
        ref={picture}
        class="shapes-flow"
        role="img"
        aria-label={`Reads ${reading.steps} steps, answers ${answer ?? "nothing"}`}
        viewBox={`0 0 ${width} ${height}`}
        height={height}
      >
        <text class="plot-text" x={2} y={12}>
          reads
        </text>
        {hasSeries && vectors ? (
          <polyline
            class="shapes-line"
            points={pointsOf(vectors.values, vectors.width, readAt, width)}
          />
        ) : (
          <Boxes rows={read ?? []} y={readAt} />
        )}
        {handed.length > 0 ? (
          <>
            <Arrow y={handedAt - LINE + 6} />
            <text class="plot-text" x={28} y={handedAt - 16}>
              the encoder ends with
            </text>
            {handed.map(({ place, state, values }, index) => {
              const { scale } = fitScale(state === "h" ? [-1, 1] : null, values);
              const at = handedAt + index * (BARS + 18);
              return (
                <g key={`${place} ${state}`}>
                  <text class="plot-text" x={2} y={at + 10}>
                    {state} of {place}, colours from {shortNumber(scale.low)} to{" "}
                    {shortNumber(scale.high)}
                  </text>
                  {Array.from(values, (value, unit) => (
                    <rect
                      key={`${unit}`}
                      x={(unit * width) / values.length}
                      y={at + 14}
                      width={width / values.length}
                      height={BARS}
                      style={{ fill: cssColour(scale, value, ground.value) }}
                    />
                  ))}
                </g>
              );
            })}
          </>
        ) : null}
        <Arrow y={answerAt - LINE + 6} />
        <text class="plot-text" x={28} y={answerAt - 16}>
          {outputLabels.length > 0 ? "the decoder writes" : "the answer"}
        </text>
        <Boxes rows={written} y={answerAt} />
      </svg>
    </Figure>
  );
}

function Arrow({ y }: { readonly y: number }) {
  return <path class="shapes-arrow" d={`M12 ${y} v22 m-5 -6 l5 6 l5 -6`} />;
}

interface Box {
  readonly x: number;
  readonly width: number;
  readonly text: string;
}

function Boxes({ rows, y }: { readonly rows: readonly (readonly Box[])[]; readonly y: number }) {
  return (
    <>
      {rows.flatMap((row, line) =>
        row.map(({ x, width, text }) => (
          <g key={`${line} ${x}`}>
            <rect
              class="shapes-box"
              x={x}
              y={y + line * (BOX + 4)}
              width={width}
              height={BOX}
              rx={4}
            />
            <text
              class="shapes-text"
              x={x + width / 2}
              y={y + line * (BOX + 4) + 17}
              text-anchor="middle"
            >
              {text}
            </text>
          </g>
        )),
      )}
    </>
  );
}

/** Boxes side by side, a new row where there is no room. */
function rowsFor(texts: readonly string[], width: number): Box[][] {
  const rows: Box[][] = [[]];
  let x = 1;
  for (const text of texts) {
    const shown = text === " " ? "␣" : text;
    const own = Math.min(width - 2, Math.max(BOX, 9 * shown.length + 8));
    if (x + own > width && rows[rows.length - 1].length > 0) {
      rows.push([]);
      x = 1;
    }
    rows[rows.length - 1].push({ x, width: own, text: shown });
    x += own + 3;
  }
  return rows;
}

/** A row that is read once: each column by itself. */
function rowLabels({ labels, vectors }: Reading): readonly string[] {
  if (labels.length === 1 && labels[0].includes(" ")) return labels[0].split(", ");
  return vectors ? Array.from(vectors.values, (value) => value.toFixed(2)) : labels;
}

/** The first number of each step. */
function pointsOf(values: Float32Array, width: number, y: number, room: number): string {
  const steps = values.length / width;
  const column = Array.from({ length: steps }, (_, step) => values[step * width]);
  const [low, high] = [Math.min(...column), Math.max(...column)];
  return column
    .map((value, step) => {
      const x = 4 + (step * (room - 8)) / Math.max(1, steps - 1);
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return `${x.toFixed(1)},${(y + 6 + (1 - share) * (SERIES - 12)).toFixed(1)}`;
    })
    .join(" ");
}
