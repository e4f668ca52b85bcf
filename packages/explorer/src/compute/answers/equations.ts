import {
  type Cell,
  CellstateError,
  defineCell,
  EquationError,
  typesetMathml,
} from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerEquations(_: Library, { equations }: Ask<"equations">): Answer<"equations"> {
  try {
    const cell = defineCell(equations);
    return { typeset: typesetMathml(cell), gates: removableGates(cell, equations), mistake: null };
  } catch (error) {
    if (error instanceof EquationError) {
      const { line, column, reason } = error;
      return { typeset: null, gates: [], mistake: { line, column, reason } };
    }
    if (!(error instanceof CellstateError)) throw error;
    return { typeset: null, gates: [], mistake: { line: 1, column: 1, reason: error.message } };
  }
}

type Gate = Answer<"equations">["gates"][number];

/** Of signals between 0 and 1 that are not carried on: the equations with 1 in their place, where that is a cell too. */
function removableGates({ program }: Cell, equations: string): Gate[] {
  const states = new Set(program.states.map(({ name }) => name));
  return program.signals.flatMap(({ name, caption, range }): Gate[] => {
    if (range?.[0] !== 0 || range[1] !== 1 || states.has(name)) return [];
    const without = withOne(equations, name);
    return isCell(without) ? [{ name, caption, without }] : [];
  });
}

/** What the name's line defines is 1: its line goes, and so do factors of it. Comments stay as they are. */
function withOne(equations: string, name: string): string {
  const quoted = name.replaceAll(/[^\w]/g, "\\$&");
  const alone = `(?<![\\w.])${quoted}(?![\\w\\[])`;
  const lines = equations.split("\n").flatMap((line) => {
    const [whole, ...comment] = line.split("#");
    if (new RegExp(`^\\s*${quoted}\\s*=`).test(whole)) return [];
    if (new RegExp(`^\\s*(?:W|b|p|R|U)_${quoted}\\s*~`).test(whole)) return [];
    const changed = whole
      .replaceAll(new RegExp(`${alone}\\s*\\*\\s*`, "g"), "")
      .replaceAll(new RegExp(`\\s*\\*\\s*${alone}`, "g"), "")
      .replaceAll(new RegExp(alone, "g"), "1");
    // Comments stay where they stood.
    const code = comment.length > 0 ? changed.padEnd(whole.length) : changed.trimEnd();
    return [[code, ...comment].join("#")];
  });
  return lines.join("\n");
}

function isCell(equations: string): boolean {
  try {
    defineCell(equations);
    return true;
  } catch {
    return false;
  }
}
