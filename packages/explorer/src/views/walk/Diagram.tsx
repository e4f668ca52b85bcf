/** A step of a cell as a diagram: nodes in the order of computing, a wire from each to what is made of it, a number and the whole vector in each. */
import type { PlaceCell, WalkedNode } from "../../compute/questions.ts";
import { cssColour, type Ground, shortNumber } from "../../draw/colours.ts";
import { ground } from "../../draw/ground.ts";
import { Label, plainLabel } from "./Label.tsx";
import { type Layout, layOut } from "./layout.ts";
import { scaleOf } from "./scales.ts";

export const NODE = { width: 126, height: 44, across: 20, down: 5 } as const;

export interface DiagramProps {
  readonly nodes: readonly WalkedNode[];
  /** Before what was edited, by id; null where nothing was. */
  readonly plain: ReadonlyMap<string, WalkedNode> | null;
  readonly cell: PlaceCell;
  readonly unit: number;
  readonly chosen: string | null;
  onChoose(id: string): void;
}

/** Wide: as a picture. */
export function Diagram(props: DiagramProps) {
  const { nodes } = props;
  const layout = layOut(nodes);
  const { width, height } = sizeOf(layout);
  const at = placesOf(layout);
  return (
    <div class="diagram" style={{ width: `${width}px`, height: `${height}px` }}>
      <svg width={width} height={height} aria-hidden="true">
        {nodes.flatMap(({ id, inputs, changed }) =>
          inputs.map((input) => (
            <path
              key={`${input} ${id}`}
              class={changed ? "wire changed" : "wire"}
              d={wire(at, input, id)}
            />
          )),
        )}
      </svg>
      {nodes.map((node) => {
        const { x, y } = at.get(node.id) ?? { x: 0, y: 0 };
        const style = {
          left: `${x}px`,
          top: `${y}px`,
          width: `${NODE.width}px`,
          height: `${NODE.height}px`,
        };
        return <Node key={node.id} node={node} style={style} {...props} />;
      })}
    </div>
  );
}

/** Narrow: as a list, with where each comes from in words. */
export function NodeList(props: DiagramProps) {
  return (
    <ol class="walk-list">
      {props.nodes.map((node) => (
        <li key={node.id}>
          <Node node={node} style={{}} {...props} />
          {node.inputs.length > 0 ? (
            <span class="faint">from {node.inputs.map(plainLabel).join(", ")}</span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

interface NodeProps extends DiagramProps {
  readonly node: WalkedNode;
  readonly style: Readonly<Record<string, string>>;
}

function Node({ node, style, plain, cell, unit, chosen, onChoose }: NodeProps) {
  const { id, kind, values, edited, changed, caption, signal, op } = node;
  const value = valueAt(node, unit);
  const before = changed ? plain?.get(id) : undefined;
  const classes = ["node", signal ? "signal" : "", edited ? "edited" : changed ? "changed" : ""];
  return (
    <button
      type="button"
      class={classes.join(" ")}
      style={style}
      aria-pressed={chosen === id}
      title={node.expression}
      data-node={id}
      onClick={() => onChoose(id)}
    >
      <span class="node-name">
        {kind === "sum" && !signal ? <b class="op">{op}</b> : null} <Label id={id} />
      </span>
      <span class="node-value">
        {values.length === 1 || unit < values.length ? shortNumber(value) : "–"}
        {before ? <s>{shortNumber(valueAt(before, unit))}</s> : null}
        {edited ? <em>edited</em> : changed ? <em>changed</em> : null}
      </span>
      <span class="said">
        {caption ? `, ${caption}` : ""}, at unit {unit}
      </span>
      <span class="node-strip" style={{ background: stripOf(node, cell, ground.value) }} />
    </button>
  );
}

/** Of a number that is one for all units, that. */
export function valueAt({ values }: WalkedNode, unit: number): number {
  return values.length === 1 ? values[0] : (values[unit] ?? Number.NaN);
}

/** All units from left to right, as hard-edged stops of a gradient: one style in place of an element a unit. */
function stripOf(node: WalkedNode, cell: PlaceCell, on: Ground): string {
  const scale = scaleOf(node, cell);
  const { values } = node;
  const share = 100 / values.length;
  const stops = Array.from(values, (value, unit) => {
    const colour = cssColour(scale, value, on);
    return `${colour} ${(unit * share).toFixed(2)}% ${((unit + 1) * share).toFixed(2)}%`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

export function sizeOf({ columns, rows }: Layout): {
  readonly width: number;
  readonly height: number;
} {
  return {
    width: columns * (NODE.width + NODE.across) - NODE.across,
    height: rows * (NODE.height + NODE.down) - NODE.down,
  };
}

export function placesOf({ placed }: Layout): ReadonlyMap<string, Corner> {
  return new Map(
    placed.map(({ id, column, row }) => [
      id,
      { x: column * (NODE.width + NODE.across), y: row * (NODE.height + NODE.down) },
    ]),
  );
}

export function wire(at: ReadonlyMap<string, Corner>, from: string, to: string): string {
  const [a, b] = [at.get(from), at.get(to)];
  if (!a || !b) return "";
  const [x1, y1] = [a.x + NODE.width, a.y + NODE.height / 2];
  const [x2, y2] = [b.x, b.y + NODE.height / 2];
  const bend = Math.max(NODE.across / 2, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
