/** `cellstate cells [NAME]`: the zoo, its equations, captions and sources. */
import { type Cell, typesetText, ZOO } from "@cellstate/core";
import type { Terminal } from "../terminal/terminal.ts";
import { padEnd, truncate, wrap } from "../terminal/text.ts";
import { type AddCommand, jsonOption, printJson, resolveCell } from "./common.ts";

const EXAMPLES = `
Examples:
  $ cellstate cells
  $ cellstate cells lstm-peephole
  $ cellstate cells mine.cell        your own, checked and typeset`;

export const addCells: AddCommand = (program, terminal) => {
  program
    .command("cells")
    .summary("the cells that come with it: equations, captions, sources")
    .description(
      "Lists the cells, or shows one: its equations, what each line is for, and where it comes from.",
    )
    .argument("[name]", "a cell's name, or a file of equations like mine.cell")
    .addOption(jsonOption("print one JSON object on standard output"))
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, { json = false }: { json?: boolean }) => {
      if (name === undefined) listCells(terminal(), json);
      else showCell(resolveCell(name), terminal(), json);
    });
};

function listCells(terminal: Terminal, json: boolean): void {
  if (json) {
    printJson(terminal, { cells: ZOO.map(describe) });
    return;
  }
  const { out } = terminal;
  const longest = Math.max(...ZOO.map(({ name }) => name.length));
  for (const { name, title } of ZOO) {
    const room = Math.max(10, out.width - longest - 3);
    out.line(`${out.style(padEnd(name, longest), "bold")}  ${truncate(title, room)}`);
  }
  out.line();
  out.line("cellstate cells NAME shows a cell's equations; train with one by --cell NAME.");
}

function showCell(cell: Cell, terminal: Terminal, json: boolean): void {
  if (json) {
    printJson(terminal, describe(cell));
    return;
  }
  const { out } = terminal;
  const width = Math.min(out.width, 100);
  out.line(
    `${out.style(cell.name, "bold")}  ${cell.title === cell.name ? "" : cell.title}`.trimEnd(),
  );
  out.line();
  out.line(typesetText(cell, { width }));
  for (const text of [cell.note, cell.source]) {
    if (!text) continue;
    out.line();
    for (const line of wrap(text, width)) out.line(line);
  }
  const { torch, onnx } = cell;
  const elsewhere = [
    ...(torch ? [`PyTorch: torch.nn.${torch.operator}`] : []),
    ...(onnx ? [`ONNX: ${onnx.operator}`] : []),
  ];
  if (elsewhere.length > 0) {
    out.line();
    out.line(elsewhere.join("   "));
  }
}

/** What a program may want to know of a cell. */
export function describe(cell: Cell): Readonly<Record<string, unknown>> {
  const { name, title, equations, source, note, torch, onnx, program } = cell;
  return {
    name,
    title,
    equations: equations.trim(),
    signals: program.signals.map((signal) => ({
      name: signal.name,
      caption: signal.caption,
      state: signal.state,
      range: signal.range,
    })),
    parameters: {
      matrices: program.matrices.map((matrix) => matrix.name),
      vectors: program.vectors.map((vector) => vector.name),
    },
    source,
    note: note ?? null,
    torch: torch?.operator ?? null,
    onnx: onnx?.operator ?? null,
  };
}
