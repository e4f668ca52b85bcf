/** One node: what it is, its number at the unit under the cursor, and that number changed. */

import type { PlaceCell, WalkedNode } from "../../compute/questions.ts";
import { shortNumber } from "../../draw/colours.ts";
import type { PageState } from "../../state/page.ts";
import type { Session } from "../../state/session.ts";
import { valueAt } from "./Diagram.tsx";
import { Label } from "./Label.tsx";
import { limitsOf, scaleOf } from "./scales.ts";

export interface EditorProps {
  readonly session: Session;
  readonly node: WalkedNode;
  readonly cell: PlaceCell;
  readonly unit: number;
}

export function Editor({ session, node, cell, unit }: EditorProps) {
  const { edits } = session.state;
  const { id, caption, expression, values } = node;
  const at = values.length === 1 ? 0 : unit;
  const value = valueAt(node, unit);
  if (at >= values.length)
    return (
      <p>
        {id} has no unit {unit}: it is {values.length} wide.
      </p>
    );
  const [low, high] = limitsOf(scaleOf(node, cell));
  const set = (next: number) => {
    if (!Number.isFinite(next)) return;
    edits.value = { ...edits.value, [id]: { ...unitsOf(edits.value[id]), [at]: next } };
  };
  return (
    <section class="editor" aria-label="The chosen number">
      <p>
        <Label id={id} /> {expression === id ? "" : "= "}
        {expression === id ? null : <Label id={expression} />}
        {caption ? `: ${caption}` : ""}
      </p>
      <label>
        unit {at}{" "}
        <input
          type="range"
          min={low}
          max={high}
          step="any"
          value={value}
          onInput={(event) => set(Number(event.currentTarget.value))}
        />
      </label>
      <label>
        exactly{" "}
        <input
          type="number"
          step="any"
          value={shortNumber(value).replace("−", "-")}
          onChange={(event) => set(event.currentTarget.valueAsNumber)}
        />
      </label>
      {Object.keys(edits.value).length > 0 ? (
        <button
          type="button"
          onClick={() => {
            edits.value = {};
          }}
        >
          Undo all edits
        </button>
      ) : null}
    </section>
  );
}

function unitsOf(given: PageState["edits"][string] | undefined): Readonly<Record<number, number>> {
  return given === undefined ? {} : Array.isArray(given) ? { ...given } : given;
}
