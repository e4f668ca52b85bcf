/**
 * Equations as one reads them, in plain text: `cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ`, captions in a column at
 * their right. Learned names stay as they are written (`W_f`): Unicode has no subscript f, and they
 * are searched for.
 */
import type { Cell, Initial } from "./cell.ts";
import { parseEquations } from "./parse.ts";
import type { Expression, Statement } from "./syntax.ts";

export interface TypesetOptions {
  /**
   * Columns to stay within: captions are broken into lines, or go below where there is no room.
   *
   * @default no limit
   */
  readonly width?: number;
  /** @default true */
  readonly captions?: boolean;
}

/** Columns between an equation and its caption. */
const GAP = 3;
/** A caption's column narrower than this is not worth reading; captions then stand below. */
const NARROWEST = 24;

/**
 * A cell's equations as aligned lines of text, without a line break at the end.
 *
 * @throws EquationError where the equations are not in the language.
 */
export function typesetText(cell: Pick<Cell, "equations">, options: TypesetOptions = {}): string {
  const { width = Infinity, captions = true } = options;
  const statements = parseEquations(cell.equations);
  const signals = signalNames(statements);
  const lines = statements.map((statement) => ({
    ...statementText(statement, signals),
    caption: captions && statement.kind === "signal" ? statement.caption : "",
  }));
  const longestLeft = Math.max(0, ...lines.map(({ left }) => displayWidth(left)));
  const equations = lines.map(({ left, sign, right }) => {
    const indent = " ".repeat(longestLeft - displayWidth(left));
    return `${left}${indent} ${sign} ${right}`;
  });
  const column = Math.max(0, ...equations.map(displayWidth)) + GAP;
  const room = width - column;
  return equations
    .flatMap((equation, index) => {
      const { caption } = lines[index];
      if (caption === "") return [equation];
      if (room < NARROWEST) return [equation, ...wrap(caption, width - 4).map((s) => `    ${s}`)];
      const [first, ...others] = wrap(caption, room);
      const indent = " ".repeat(column - displayWidth(equation));
      return [equation + indent + first, ...others.map((s) => " ".repeat(column) + s)];
    })
    .join("\n");
}

/** Which names are values of the step, and carry a time; the others are learned. */
export function signalNames(statements: readonly Statement[]): ReadonlySet<string> {
  const names = statements.flatMap((s) => (s.kind === "signal" ? [s.name] : []));
  return new Set(["x", ...names]);
}

/** What an initial value is called: `identity`, `uniform 0.1`, `1`. */
export function initialText(initial: Initial): string {
  if (initial.kind === "number") return numberText(initial.value);
  if (initial.kind === "uniform" && initial.limit !== null) return `uniform ${initial.limit}`;
  return initial.kind;
}

/** With a minus sign, not a hyphen. */
export function numberText(value: number): string {
  return String(value).replace("-", "−");
}

/**
 * How tightly a place wants an expression to hold together: anything (an argument), the first term
 * of a sum, a further term, an operand of a product, of a sign or of a matrix.
 */
export const PLACE = { any: 0, firstTerm: 1, term: 2, operand: 3 } as const;
export type Tightness = (typeof PLACE)[keyof typeof PLACE];

/** Whether an expression must stand in brackets at such a place. */
export function needsBrackets(expression: Expression, place: Tightness): boolean {
  const tightness = { sum: 0, negative: 1, product: 2 } as const;
  const { kind } = expression;
  if (kind !== "sum" && kind !== "negative" && kind !== "product") return false;
  return tightness[kind] < place;
}

interface Line {
  readonly left: string;
  readonly sign: string;
  readonly right: string;
}

function statementText(statement: Statement, signals: ReadonlySet<string>): Line {
  switch (statement.kind) {
    case "signal":
      return {
        left: `${statement.name}ₜ`,
        sign: "=",
        right: expressionText(statement.value, signals, PLACE.any),
      };
    case "start":
      return { left: `${statement.name}₀`, sign: "=", right: numberText(statement.value) };
    case "initial":
      return { left: statement.name, sign: "~", right: initialText(statement.initial) };
  }
}

function expressionText(
  expression: Expression,
  signals: ReadonlySet<string>,
  place: Tightness,
): string {
  const plain = plainText(
    expression,
    (value, where) => expressionText(value, signals, where),
    signals,
  );
  return needsBrackets(expression, place) ? `(${plain})` : plain;
}

/** @param inner Typesets a part of the expression at its place. */
function plainText(
  expression: Expression,
  inner: (value: Expression, place: Tightness) => string,
  signals: ReadonlySet<string>,
): string {
  switch (expression.kind) {
    case "number":
      return numberText(expression.value);
    case "name":
      if (expression.time === "t-1") return `${expression.name}ₜ₋₁`;
      return signals.has(expression.name) ? `${expression.name}ₜ` : expression.name;
    case "call":
      return callText(
        expression.name,
        expression.args.map((argument) => inner(argument, PLACE.any)),
      );
    case "negative":
      return `−${inner(expression.value, PLACE.operand)}`;
    case "sum":
      return expression.terms
        .map(({ sign, value }, index) =>
          index === 0
            ? inner(value, PLACE.firstTerm)
            : `${sign < 0 ? "−" : "+"} ${inner(value, PLACE.term)}`,
        )
        .join(" ");
    case "product":
      return expression.factors
        .map(({ operator, value }, index) => {
          const factor = inner(value, PLACE.operand);
          return index === 0 ? factor : `${operator === "/" ? "/" : "⊙"} ${factor}`;
        })
        .join(" ");
    case "matrix": {
      const { name, parts } = expression;
      if (parts.length === 1) return `${name}·${inner(parts[0].value, PLACE.operand)}`;
      return `${name}·[${parts.map(({ value }) => inner(value, PLACE.any)).join(", ")}]`;
    }
  }
}

/** The letters and signs that mathematics has for some functions. */
function callText(name: string, args: readonly string[]): string {
  if (name === "abs") return `|${args[0]}|`;
  if (name === "square") return `(${args[0]})²`;
  return `${name === "sigmoid" ? "σ" : name}(${args.join(", ")})`;
}

/** Columns on a terminal: combining characters take none. */
function displayWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
