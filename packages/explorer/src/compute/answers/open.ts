import { type Cell, type InspectedModel, placesOf, typesetMathml } from "@cellstate/core";
import type { Library, LibraryModel } from "../library.ts";
import type { Answer, Ask, PlaceCell } from "../questions.ts";
import { exampleText, exampleVectors, readsOf } from "../typed.ts";

const LANGUAGE_EXAMPLE = "My name is Krish. My brother's name is Wish.";

export function answerOpen(
  library: Library,
  { id, bytes, name, title, samples }: Ask<"open">,
): Answer<"open"> {
  const opened = library.add(id, bytes, name, samples);
  const model = inspectedIn(opened);
  const places = placesOf(model).map(({ name: place, sizes, direction, cell }) => ({
    name: place,
    units: sizes.units,
    direction,
    cell: cellOf(cell),
  }));
  const parameters = model.parameters.size;
  const of = { id, title, places, parameters, tokens: null, task: null, note: null };
  if (opened.language !== null) {
    const tokens = opened.language.vocabulary.kind;
    return { ...of, family: "language model", reads: "text", example: LANGUAGE_EXAMPLE, tokens };
  }
  if (opened.layers !== null) {
    const { network, prefix, others } = opened.layers;
    return {
      ...{ ...of, family: "layers", reads: "rows" },
      example: exampleVectors(network.config.inputSize),
      note: torchNote(name, network.config.cell.title, prefix, others),
    };
  }
  const { task } = opened.network;
  return {
    ...{ ...of, family: "network", task: task.kind },
    ...{ reads: readsOf(task), example: exampleText(task) },
  };
}

function inspectedIn(opened: LibraryModel): InspectedModel {
  if (opened.language !== null) return opened.language;
  return opened.layers === null ? opened.network.network : opened.layers.network;
}

function torchNote(file: string, title: string, prefix: string, others: readonly string[]): string {
  const where = prefix === "" ? "" : ` named ${prefix}*`;
  const rest = others.length > 0 ? `; not read: ${others.slice(0, 4).join(", ")}` : "";
  const more = others.length > 4 ? " …" : "";
  return `${file}: recurrent layers${where} of PyTorch (${title}), reading waves until you type numbers of your own${rest}${more}`;
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
