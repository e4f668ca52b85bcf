import { type Cell, placesOf, typesetMathml } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask, PlaceCell } from "../questions.ts";
import { readsText } from "../taskInputs.ts";

export function answerOpen(
  library: Library,
  { id, bytes, name, title, samples }: Ask<"open">,
): Answer<"open"> {
  const { language, network } = library.add(id, bytes, name, samples);
  const model = language ?? network.network;
  const places = placesOf(model).map(({ name: place, sizes, direction, cell }) => ({
    name: place,
    units: sizes.units,
    direction,
    cell: cellOf(cell),
  }));
  const parameters = model.parameters.size;
  const of = { id, title, places, parameters };
  if (language !== null) {
    const tokens = language.vocabulary.kind;
    return { ...of, family: "language model", task: null, reads: "text", tokens };
  }
  const { task } = network;
  const reads = readsText(task) ? "text" : "rows";
  return { ...of, family: "network", task: task.kind, reads, tokens: null };
}

function cellOf(cell: Cell): PlaceCell {
  const { program } = cell;
  const states = new Set(program.states.map(({ name }) => name));
  return {
    name: cell.name,
    equations: cell.equations,
    typeset: typesetMathml(cell),
    signals: program.signals.map(({ name, caption, range }) => ({
      name,
      caption,
      range,
      isState: states.has(name),
    })),
  };
}
