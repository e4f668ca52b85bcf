/**
 * The frame of every picture: title, caption, the picture, the same as a table, and what can be taken away (SVG, PNG, CSV, JSON). A view says what its
 * table holds and how it is drawn as SVG; the frame does the rest.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { exportFigure, type FigureFormat, FORMATS } from "./export.ts";
import type { FigureSource } from "./source.ts";
import { Table } from "./Table.tsx";

export interface FigureProps extends FigureSource {
  readonly title: string;
  readonly caption?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Figure(props: FigureProps) {
  const asTable = useSignal(false);
  const said = useSignal("");
  const take = async (format: FigureFormat) => {
    try {
      said.value = await exportFigure(props, format);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      said.value = `${format.toUpperCase()} could not be made: ${why}`;
    }
  };
  return (
    <figure class="figure" data-figure={props.name}>
      <figcaption>
        <h3>{props.title}</h3>
        {props.caption ? <p>{props.caption}</p> : null}
      </figcaption>
      {asTable.value ? <Table table={props.table()} label={props.title} /> : props.children}
      <div class="figure-tools">
        <button
          type="button"
          aria-pressed={asTable.value}
          onClick={() => {
            asTable.value = !asTable.value;
          }}
        >
          {asTable.value ? "Picture" : "Table"}
        </button>
        {FORMATS.map((format) => (
          <button key={format} type="button" onClick={() => take(format)}>
            {format.toUpperCase()}
          </button>
        ))}
        <output>{said.value}</output>
      </div>
    </figure>
  );
}
