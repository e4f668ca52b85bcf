/**
 * Equations as MathML Core, which every browser draws by itself: one table row an equation, aligned
 * at the equals sign. Well-formed XML with its namespace, so that it can stand in an SVG or a file
 * of its own as well as in a page.
 */
import type { Cell } from "./cell.ts";
import { parseEquations } from "./parse.ts";
import type { Expression, Statement } from "./syntax.ts";
import {
  initialText,
  needsBrackets,
  numberText,
  PLACE,
  signalNames,
  type Tightness,
  typesetText,
} from "./typeset.ts";

export interface MathmlOptions {
  /** Whether captions stand in a last column. @default false */
  readonly captions?: boolean;
}

/**
 * A cell's equations as one `<math>` element.
 *
 * Its `alttext` is the same as plain text, for whatever does not draw MathML.
 *
 * @throws EquationError where the equations are not in the language.
 */
export function typesetMathml(
  cell: Pick<Cell, "equations">,
  { captions = false }: MathmlOptions = {},
): string {
  const statements = parseEquations(cell.equations);
  const signals = signalNames(statements);
  const rows = statements.map((statement) => {
    const [left, sign, right] = statementParts(statement, signals);
    const cells = [
      `<mtd style="text-align:right">${left}</mtd>`,
      `<mtd>${operator(sign)}</mtd>`,
      `<mtd style="text-align:left">${right}</mtd>`,
    ];
    const caption = statement.kind === "signal" ? statement.caption : "";
    if (captions) {
      cells.push(`<mtd style="text-align:left"><mtext>${escapeXml(caption)}</mtext></mtd>`);
    }
    return `<mtr>${cells.join("")}</mtr>`;
  });
  const plain = typesetText(cell, { captions: false });
  const alttext = escapeXml(plain.replace(/ +/g, " ").replaceAll("\n", "; "));
  return (
    `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block" alttext="${alttext}">` +
    `<mtable>${rows.join("")}</mtable></math>`
  );
}

/** Left side, sign, right side. */
function statementParts(
  statement: Statement,
  signals: ReadonlySet<string>,
): readonly [string, string, string] {
  const { name } = statement;
  switch (statement.kind) {
    case "signal":
      return [named(name, NOW), "=", expressionMathml(statement.value, signals, PLACE.any)];
    case "start":
      return [named(name, "<mn>0</mn>"), "=", number(statement.value)];
    case "initial": {
      const { initial } = statement;
      const value =
        initial.kind === "number"
          ? number(initial.value)
          : `<mtext>${escapeXml(initialText(initial))}</mtext>`;
      return [named(name), "~", value];
    }
  }
}

function expressionMathml(
  expression: Expression,
  signals: ReadonlySet<string>,
  place: Tightness,
): string {
  const inner = (value: Expression, where: Tightness): string =>
    expressionMathml(value, signals, where);
  const plain = plainMathml(expression, inner, signals);
  return needsBrackets(expression, place) && !isFraction(expression)
    ? `<mrow>${operator("(")}${plain}${operator(")")}</mrow>`
    : plain;
}

/** @param inner Typesets a part of the expression at its place. */
function plainMathml(
  expression: Expression,
  inner: (value: Expression, place: Tightness) => string,
  signals: ReadonlySet<string>,
): string {
  switch (expression.kind) {
    case "number":
      return number(expression.value);
    case "name":
      if (expression.time === "t-1") return named(expression.name, BEFORE);
      return named(expression.name, signals.has(expression.name) ? NOW : undefined);
    case "call":
      return call(
        expression.name,
        expression.args.map((argument) => inner(argument, PLACE.any)),
      );
    case "negative":
      return `<mrow>${operator("−")}${inner(expression.value, PLACE.operand)}</mrow>`;
    case "sum": {
      const terms = expression.terms.map(({ sign, value }, index) =>
        index === 0
          ? inner(value, PLACE.firstTerm)
          : operator(sign < 0 ? "−" : "+") + inner(value, PLACE.term),
      );
      return `<mrow>${terms.join("")}</mrow>`;
    }
    case "product":
      return product(expression, inner);
    case "matrix": {
      const { name, parts } = expression;
      const multiplied =
        parts.length === 1
          ? inner(parts[0].value, PLACE.operand)
          : fenced(
              "[",
              parts.map(({ value }) => inner(value, PLACE.any)),
              "]",
            );
      return `<mrow>${named(name)}${operator("·")}${multiplied}</mrow>`;
    }
  }
}

type Product = Extract<Expression, { kind: "product" }>;

/** From left to right; what has been multiplied so far is the numerator of a division. */
function product(
  { factors }: Product,
  inner: (value: Expression, place: Tightness) => string,
): string {
  const divides = (index: number): boolean => factors[index]?.operator === "/";
  // Fractions bracket by their bar: only what is multiplied needs brackets of its own.
  let result = inner(factors[0].value, divides(1) ? PLACE.any : PLACE.operand);
  for (let index = 1; index < factors.length; index++) {
    const { value } = factors[index];
    result = divides(index)
      ? `<mfrac>${result}${inner(value, PLACE.any)}</mfrac>`
      : `<mrow>${result}${operator("⊙")}${inner(value, PLACE.operand)}</mrow>`;
  }
  return result;
}

function isFraction(expression: Expression): boolean {
  return expression.kind === "product" && expression.factors.at(-1)?.operator === "/";
}

const NOW = "<mi>t</mi>";
const BEFORE = `<mrow><mi>t</mi>${operator("−")}<mn>1</mn></mrow>`;

/** `W_f` has f as its subscript; a signal has its time, after what its name already has there. */
function named(name: string, time?: string): string {
  const [base, ...rest] = name.split("_");
  const below = rest.filter((part) => part !== "").map(identifier);
  if (time !== undefined) below.push(time);
  if (below.length === 0) return identifier(base);
  const subscript = below.length === 1 ? below[0] : `<mrow>${below.join(operator(","))}</mrow>`;
  return `<msub>${identifier(base)}${subscript}</msub>`;
}

function identifier(name: string): string {
  return `<mi>${escapeXml(name)}</mi>`;
}

function number(value: number): string {
  return value < 0
    ? `<mrow>${operator("−")}<mn>${numberText(-value)}</mn></mrow>`
    : `<mn>${numberText(value)}</mn>`;
}

function operator(sign: string): string {
  return `<mo>${escapeXml(sign)}</mo>`;
}

function fenced(open: string, inside: readonly string[], close: string): string {
  return `<mrow>${operator(open)}${inside.join(operator(","))}${operator(close)}</mrow>`;
}

function call(name: string, args: readonly string[]): string {
  switch (name) {
    case "abs":
      return `<mrow><mo form="prefix">|</mo>${args[0]}<mo form="postfix">|</mo></mrow>`;
    case "sqrt":
      return `<msqrt>${args[0]}</msqrt>`;
    case "square":
      return `<msup>${fenced("(", args, ")")}<mn>2</mn></msup>`;
  }
  // U+2061 says to a screen reader that a function is applied, not multiplied.
  const letters = identifier(name === "sigmoid" ? "σ" : name);
  return `<mrow>${letters}<mo>\u2061</mo>${fenced("(", args, ")")}</mrow>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
