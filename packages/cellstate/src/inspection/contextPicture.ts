/**
 * A change of context as a picture: what is left of the memory and what each gate did after the one continuation and after the other, and
 * the units that dropped most, side by side.
 */
import type { ContextChange, SignalTrace, Trace } from "@cellstate/core";
import { wrap } from "../terminal/text.ts";
import { GRID_PARTS } from "./grid.ts";
import { CONTENT, drawSection, type HeatmapSection, LEFT, RIGHT } from "./heatmap.ts";
import { drawShares } from "./linePlotSvg.ts";
import { fitScale } from "./scales.ts";
import { equationOf, prefixOf } from "./selection.ts";
import { document, FAINT, fitText, textAt } from "./svg.ts";

/** Both continuations read after the shared beginning, traced. */
export interface ContextTraces {
  readonly first: Trace;
  readonly second: Trace;
}

/** Units of a layer that are drawn. */
const ROWS = 12;
const HEIGHT = 120;
/** Characters in a line of the verdict. */
const VERDICT_COLUMNS = 130;

/** The units that a change of context says most of: those that the second continuation dropped, then those it kept, of each memory. */
export function tellingOf(change: ContextChange, layer: number, count = ROWS): readonly number[] {
  const memories = change.layers[layer].states.flatMap(({ memory }) => memory ?? []);
  const [memory] = memories;
  if (!memory) return Array.from({ length: count }, (_, unit) => unit);
  const { units } = memory;
  if (units.length <= count) return units.map(({ unit }) => unit);
  const dropped = units.slice(0, count >> 1);
  const strongest = units
    .slice(count >> 1)
    .toSorted((a, b) => Math.abs(b.before * b.kept[1]) - Math.abs(a.before * a.kept[1]))
    .slice(0, count - dropped.length);
  return [...dropped, ...strongest].map(({ unit }) => unit);
}

export function contextSvg(
  title: string,
  verdict: string,
  change: ContextChange,
  traces: ContextTraces,
): string {
  let y = 34;
  let content = textAt(LEFT, y, fitText(title, CONTENT, 15), {
    ...{ "font-size": 15, "font-weight": "bold" },
  });
  for (const line of wrap(verdict, VERDICT_COLUMNS)) {
    y += 18;
    content += textAt(LEFT, y, line, { "font-size": 12 });
  }
  y += 28;
  content += textAt(LEFT, y, "what is left of what was held at the parting", {
    ...{ "font-size": 12, "font-weight": "bold" },
  });
  const room = { x: LEFT, width: CONTENT, height: HEIGHT };
  const plot = drawShares(linesOf(change), y, room, "steps after the parting");
  content += plot.content;
  y = plot.y;
  for (const which of WHICH) {
    for (const [index, { place }] of change.layers.entries()) {
      const units = tellingOf(change, index);
      const section: HeatmapSection = {
        heading: `${prefixOf(place)}, the ${which} continuation`,
        labels: traces[which].labels,
        mark: { step: change.tokens.shared.length, text: "here they part" },
        panels: Object.values<SignalTrace>(traces[which].layers[index]).map((signal) => ({
          ...{ name: signal.name, caption: signal.caption, units, at: signal.at },
          equation: equationOf(place.cell, signal.name),
          fitted: fitScale(signal.range, bothOf(traces, index, signal.name, units)),
        })),
      };
      y += 30;
      content += textAt(LEFT, y, section.heading, { "font-size": 12, "font-weight": "bold" });
      const drawn = drawSection(section, y, false);
      content += drawn.content;
      y = drawn.y;
    }
  }
  y += 22;
  content += textAt(
    LEFT,
    y,
    "rows: the units of whose memory the second continuation dropped most that the first kept, then those that held most; hatched: below zero",
    { "font-size": 10, fill: FAINT },
  );
  return document(LEFT + CONTENT + RIGHT, y + 24, title, GRID_PARTS + content);
}

const WHICH = ["first", "second"] as const;

/** What all states owe to the beginning; and of each memory, the share that was kept. */
function linesOf({ layers, forgetting }: ContextChange) {
  const owed = WHICH.map((which, at) => ({
    name: `owed to the beginning after the ${which}`,
    values: forgetting.owedByStep[at],
  }));
  const kept = layers.flatMap(({ place, states }) =>
    states.flatMap(({ name, memory }) =>
      WHICH.flatMap((which, at) => {
        if (memory === null) return [];
        const of = `${prefixOf(place)}.${name} kept, ${which}`;
        return [{ name: of, values: memory.remainingByStep[at], faint: true }];
      }),
    ),
  );
  return [...owed, ...kept];
}

/** What is drawn of both: on one scale they can be compared. */
function bothOf(
  { first, second }: ContextTraces,
  layer: number,
  name: string,
  units: readonly number[],
): number[] {
  return [first, second].flatMap((trace) => {
    const of: Readonly<Record<string, SignalTrace>> = trace.layers[layer];
    const { steps, at } = of[name];
    return units.flatMap((unit) => Array.from({ length: steps }, (_, step) => at(step, unit)));
  });
}
