/** The same numbers as a picture's, for whoever would rather read them; a hundred rows at a time. */
import { useSignal } from "@preact/signals";
import { shortNumber } from "../draw/colours.ts";
import type { FigureTable } from "./source.ts";

const PAGE = 100;
const MOST_COLUMNS = 200;

export function Table({ table, label }: { readonly table: FigureTable; readonly label: string }) {
  const from = useSignal(0);
  const columns = table.columns.slice(0, MOST_COLUMNS);
  const to = Math.min(table.rows, from.value + PAGE);
  const rows = Array.from({ length: to - from.value }, (_, index) => from.value + index);
  return (
    <div class="table">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="table-scroll" tabIndex={0} aria-label={`${label}, as a table`}>
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                {columns.map((name, column) => {
                  const value = table.cell(row, column);
                  return (
                    <td key={name}>{typeof value === "number" ? shortNumber(value) : value}</td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        Rows {from.value + 1} to {to} of {table.rows}
        {columns.length < table.columns.length
          ? `, the first ${MOST_COLUMNS} of ${table.columns.length} columns; CSV and JSON have all`
          : ""}
        .{" "}
        <button
          type="button"
          disabled={from.value === 0}
          onClick={() => {
            from.value -= PAGE;
          }}
        >
          Earlier rows
        </button>{" "}
        <button
          type="button"
          disabled={to === table.rows}
          onClick={() => {
            from.value += PAGE;
          }}
        >
          Later rows
        </button>
      </p>
    </div>
  );
}
