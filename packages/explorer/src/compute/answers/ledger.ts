import { CellstateError, type KeptState, type LayerLedger, memoryLedger } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerLedger(library: Library, { place, ...ask }: Ask<"ledger">): Answer<"ledger"> {
  return ledgerOf(library, ask, place).states.map((state) => {
    if ("reason" in state) return { name: state.name, reason: state.reason };
    const { name, memory, keep, kept, erased, written, shown } = state;
    return {
      ...{ name, reason: null, steps: memory.steps, units: memory.units },
      keep: Float32Array.from(keep.values),
      kept: Float32Array.from(kept.values),
      erased: Float32Array.from(erased.values),
      written: Float32Array.from(written.values),
      memory: Float32Array.from(memory.values),
      shown: shown && Float32Array.from(shown.values),
    };
  });
}

/** @throws CellstateError `option` for a state without accounts. */
export function answerSurvival(
  library: Library,
  { place, state: name, unit, ...ask }: Ask<"survival">,
): Answer<"survival"> {
  const { states } = ledgerOf(library, ask, place);
  const found = states.find(
    (state): state is KeptState => state.name === name && !("reason" in state),
  );
  if (!found) throw new CellstateError("option", `no account of "${name}" is kept`);
  const { steps, units } = found.memory;
  const values = new Float32Array(steps * steps);
  for (let u = unit ?? 0; u < (unit === null ? units : unit + 1); u++) {
    for (let t = 0; t < steps; t++) {
      for (let s = 0; s < steps; s++) {
        const left = found.surviving(s, t, u);
        values[t * steps + s] += unit === null ? Math.abs(left) / units : left;
      }
    }
  }
  return { values, steps, units: steps };
}

function ledgerOf(library: Library, ask: Omit<Ask<"ledger">, "place">, place: number): LayerLedger {
  const subject = library.subject(ask);
  const options = { keep: { layers: [place] } };
  const ledger = memoryLedger(subject.model, library.engine, subject.input, options);
  const layer = ledger.layers[place];
  if (layer) return layer;
  throw new CellstateError("option", `no layer ${place}; there are ${ledger.layers.length}`);
}
