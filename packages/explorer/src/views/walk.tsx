/** One step of the cell, node by node, with its real numbers; any of them can be changed, and what follows is computed again. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { figure } from "../app/summaryWords.ts";
import { Figure } from "../figure/Figure.tsx";
import { aboutInput, useAnswer } from "../state/useAnswer.ts";
import { keepOwn, ownOf, textIn } from "./measures/own.ts";
import type { ViewProps } from "./view.ts";
import { Diagram, NodeList, valueAt } from "./walk/Diagram.tsx";
import { diagramSvg } from "./walk/diagramSvg.ts";
import { Editor } from "./walk/Editor.tsx";
import { Pointwise } from "./walk/Pointwise.tsx";
import "./walk.css";

/** Below this the diagram is a list. */
const NARROW = 700;

export default function WalkView({ session }: ViewProps) {
  const { cursor, edits } = session.state;
  const at = () => ({ place: cursor.value.place, step: cursor.value.step });
  const edited = useAnswer(session, "walk", () =>
    aboutInput(session, { ...at(), edits: edits.value }),
  );
  const free = useAnswer(session, "walk", () => aboutInput(session, { ...at(), edits: {} }));
  const chosen = textIn(ownOf(session, "walk"), "node");
  const isNarrow = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      isNarrow.value = contentRect.width < NARROW;
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const place = session.place.value;
  const { value: nodes, error } = edited.value;
  const { unit, step } = cursor.value;
  const label = session.reading.value.value?.labels[step]?.trim() ?? "";
  const plain = free.value.value;
  const changes = nodes?.filter(({ changed }) => changed).length ?? 0;
  const node = nodes?.find(({ id }) => id === chosen) ?? null;
  const props = nodes &&
    place && {
      nodes,
      plain: plain && new Map(plain.map((each) => [each.id, each])),
      cell: place.cell,
      unit,
      chosen,
      onChoose: (id: string) => {
        keepOwn(session, "walk", { node: chosen === id ? null : id });
      },
    };
  return (
    <div ref={frame} class="walk">
      <Pointwise session={session} />
      {error ? (
        <p class="error" role="alert">
          {error}
        </p>
      ) : null}
      {props ? (
        <Figure
          name={`walk-${step}`}
          title={`${place?.name}, step ${step}${label === "" ? "" : ` “${label}”`}, unit ${unit}`}
          caption="From left to right as it is computed. Each box has its number at the unit under the cursor, and below it all units as colours. Choose a box to change its number."
          table={() => ({
            columns: ["node", "from", "value", "edited"],
            rows: props.nodes.length,
            cell: (row, column) => {
              const each = props.nodes[row];
              if (column === 0) return each.id;
              if (column === 1) return each.inputs.join(", ");
              if (column === 2) return valueAt(each, unit);
              return each.edited ? "edited" : each.changed ? "changed" : "";
            },
          })}
          svg={() => diagramSvg(props.nodes, unit, `${place?.name}, step ${step}, unit ${unit}`)}
        >
          <div class="equations" dangerouslySetInnerHTML={{ __html: props.cell.typeset }} />
          {isNarrow.value ? (
            <NodeList {...props} />
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
            <section class="diagram-scroll" tabIndex={0} aria-label="The step as a diagram">
              <Diagram {...props} />
            </section>
          )}
          {node ? <Editor session={session} node={node} cell={props.cell} unit={unit} /> : null}
          {changes > 0 ? (
            <p role="status">
              {changes} of {props.nodes.length} boxes have another number than the model has there.{" "}
              {resultWords()}
            </p>
          ) : null}
        </Figure>
      ) : error ? null : (
        <p>Reading…</p>
      )}
    </div>
  );

  /** What became of the states. */
  function resultWords(): string {
    const states =
      place?.cell.signals.filter(({ isState }) => isState).map(({ name }) => name) ?? [];
    return states
      .flatMap((name) => {
        const now = nodes?.find(({ signal }) => signal === name);
        const before = plain?.find(({ signal }) => signal === name);
        if (!now || !before) return [];
        return [
          `${name} of unit ${unit}: ${figure(valueAt(before, unit))} becomes ${figure(valueAt(now, unit))}.`,
        ];
      })
      .join(" ");
  }
}
