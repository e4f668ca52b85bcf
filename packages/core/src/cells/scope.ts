/** What each name in the equations is: the input, a line's signal, a state a step ago, a learned vector, a mistake. */
import { didYouMean, EquationError, type Place } from "./equationError.ts";
import { FUNCTIONS } from "./functions.ts";
import { isCapitalised } from "./parse.ts";
import type { Expression, Statement } from "./syntax.ts";

type NameExpression = Extract<Expression, { kind: "name" }>;
type SignalStatement = Extract<Statement, { kind: "signal" }>;

export type Meaning = "input" | "previous" | "signal" | "vector";

export class Scope {
  /** The lines that define a name, all of them, whether reached yet or not. */
  readonly lines = new Map<string, SignalStatement>();
  readonly #reached = new Set<string>();

  /** @throws EquationError for names that no line may define, and for those that two do. */
  constructor(statements: readonly Statement[]) {
    for (const statement of statements) {
      const { name, at } = statement;
      if (name === "t") throw new EquationError(at, "t is the time step and cannot be a name");
      if (statement.kind !== "signal") continue;
      if (name === "x") {
        throw new EquationError(
          at,
          "x is the input, which comes from outside; choose another name",
        );
      }
      if (FUNCTIONS.has(name)) {
        throw new EquationError(at, `${name} is a function; choose another name`);
      }
      const first = this.lines.get(name);
      if (first) {
        throw new EquationError(at, `${name} is defined twice, first in line ${first.at.line}`);
      }
      this.lines.set(name, statement);
    }
  }

  isState(name: string): boolean {
    return this.lines.get(name)?.state === true;
  }

  /** From here on `name` may be read. */
  reach(name: string): void {
    this.#reached.add(name);
  }

  /** @throws EquationError where the name cannot be read, with what to write instead. */
  meaning(expression: NameExpression): Meaning {
    const { name, time, at } = expression;
    if (name === "t") throw new EquationError(at, "t is the time step, not a value");
    if (name === "x") {
      if (time !== "t-1") return "input";
      throw new EquationError(at, "x[t-1] is not kept; write p[t] = x[t] and read p[t-1]");
    }
    const line = this.lines.get(name);
    if (!line) return this.#undefinedName(expression);
    if (time === "t-1") {
      if (line.state) return "previous";
      const reason = `${name}[t-1] is not kept: in line ${line.at.line} write ${name}[t] = …`;
      throw new EquationError(at, reason);
    }
    if (this.#reached.has(name)) return "signal";
    const shown = time === "t" ? `${name}[t]` : name;
    const hint = line.state
      ? `; did you mean ${name}[t-1]?`
      : line.at.line <= at.line
        ? `; to read its last value write ${name}[t] = … and ${name}[t-1]`
        : `: its line, ${line.at.line}, must come first`;
    throw new EquationError(at, `${shown} is used before it is defined${hint}`);
  }

  /** @throws EquationError when the name before `·` cannot be a matrix. */
  checkMatrix(name: string, at: Place): void {
    const isSignal = name === "x" || this.lines.has(name);
    if (!isSignal && isCapitalised(name)) return;
    const reason = isSignal
      ? `${name} is a signal, and · multiplies by a learned matrix; the pointwise product is *`
      : `a matrix has a name with a capital letter; ${name} has none (the pointwise product is *)`;
    throw new EquationError(at, reason);
  }

  #undefinedName({ name, time, at }: NameExpression): "vector" {
    const learned = name.includes("_") || name === "b";
    const states = [...this.lines.values()].filter((line) => line.state).map((line) => line.name);
    if (isCapitalised(name)) {
      const vector = learned ? `; a learned vector begins with a small letter` : "";
      throw new EquationError(at, `the matrix ${name} stands alone; write ${name}·…${vector}`);
    }
    if (learned && time === null) return "vector";
    if (learned) {
      throw new EquationError(
        at,
        `${name} is learned, the same at every step: write ${name} alone`,
      );
    }
    if (time === "t-1") {
      throw new EquationError(at, `no line defines ${name}[t]${didYouMean(name, states)}`);
    }
    if (FUNCTIONS.has(name)) {
      throw new EquationError(at, `${name} is a function: write ${name}(…)`);
    }
    const hint =
      didYouMean(name, ["x", ...this.lines.keys()]) ||
      `; a learned vector has _ in its name, as b_${name}`;
    throw new EquationError(at, `${name} is not defined${hint}`);
  }
}
