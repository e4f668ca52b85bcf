/** The lines `b_f ~ 1`: how a matrix or vector begins, checked against what it is. */

import type { Initial } from "./cell.ts";
import type { Draft } from "./draft.ts";
import { didYouMean, EquationError } from "./equationError.ts";
import type { Gates } from "./gates.ts";
import type { CellProgram } from "./program.ts";
import type { Statement } from "./syntax.ts";

/** @throws EquationError where a name is not learned, is told twice, or cannot begin like that. */
export function readInitials(
  statements: readonly Statement[],
  draft: Draft,
  program: CellProgram,
  gates: Gates,
): Readonly<Record<string, Initial>> {
  const initials = new Map<string, Initial>();
  for (const statement of statements) {
    if (statement.kind !== "initial") continue;
    const { name, initial, at, initialAt } = statement;
    if (initials.has(name)) throw new EquationError(at, `${name} ~ … is there twice`);
    const matrix = program.matrices.find((candidate) => candidate.name === name);
    const vector = program.vectors.findIndex((candidate) => candidate.name === name);
    if (!matrix && vector < 0) {
      const learned = [...program.matrices, ...program.vectors].map((known) => known.name);
      const isSignal = name === "x" || draft.signals.some((signal) => signal.name === name);
      const hint = didYouMean(name, learned);
      const reason = isSignal
        ? `${name} is computed, not learned`
        : `nothing learned is called ${name}`;
      throw new EquationError(at, `${reason}${isSignal ? "" : hint}`);
    }
    const kind = initial.kind;
    if (matrix && kind === "identity") {
      if (matrix.columns.length !== 1 || matrix.columns[0] !== matrix.rows) {
        const reason = `${name} is not square: it takes ${matrix.columns.join(" + ")} to ${matrix.rows}`;
        throw new EquationError(initialAt, reason);
      }
    }
    if (!matrix && (kind === "identity" || kind === "orthogonal" || kind === "glorot")) {
      throw new EquationError(initialAt, `${kind} is for matrices, and ${name} is a vector`);
    }
    if (kind === "chrono") {
      const isGateBias = [...gates.forgetGates, ...gates.writeGates].some((gate) =>
        gate.vectors.includes(vector),
      );
      if (!isGateBias) {
        const reason = `chrono is for the bias of a gate that keeps or writes a state, and ${name} is none`;
        throw new EquationError(initialAt, reason);
      }
    }
    initials.set(name, initial);
  }
  return Object.fromEntries(initials);
}
