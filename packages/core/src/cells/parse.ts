/**
 * From text to statements, by recursive descent:
 *
 *     line    = name ["[t]"] "=" expr  |  name "[0]" "=" number  |  name "~" initial
 *     expr    = term {("+" | "-") term}
 *     term    = unary {("*" | "/") unary}
 *     unary   = "-" unary | primary
 *     primary = number | name ["[t]" | "[t-1]"] | name "(" expr {"," expr} ")" | "(" expr ")"
 *             | name "·" ("[" expr {"," expr} "]" | primary)
 *
 * `·` binds tightest: `W·r * h` is `(W·r) * h`. What names mean is not asked here, but in analyse.ts.
 */
import type { Initial } from "./cell.ts";
import { didYouMean, EquationError, type Place } from "./equationError.ts";
import type { Expression, Factor, Part, Statement, Term } from "./syntax.ts";
import { type Token, type TokenLine, tokenise } from "./tokens.ts";

/** A cell has a few hundred characters. Equations also come in model files, from anyone: a bound keeps every pass short. */
const LONGEST = 20_000;
/** Deeper than any formula a person writes, and far from the end of the call stack. */
const DEEPEST = 64;

/** Characters that people write and the language lacks. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["×", "; the pointwise product is *"],
  ["^", "; write square(…), sqrt(…) or a product"],
]);

const INITIALS = ["identity", "orthogonal", "glorot", "uniform", "chrono"] as const;

/** A name that begins with a capital letter is a matrix's, unless a line defines it. */
export function isCapitalised(name: string): boolean {
  const first = String.fromCodePoint(name.codePointAt(0) ?? 0);
  return first !== first.toLowerCase();
}

/** @throws EquationError at the first place where the text is not in the language. */
export function parseEquations(text: string): Statement[] {
  if (text.length > LONGEST) {
    const reason = `the equations have ${text.length} characters; a cell takes at most ${LONGEST}`;
    throw new EquationError({ line: 1, column: 1 }, reason);
  }
  return tokenise(text).map((line) => new LineParser(line).statement());
}

type Index = "t" | "t-1" | "0";

class LineParser {
  readonly #tokens: readonly Token[];
  readonly #caption: string;
  #position = 0;
  #depth = 0;
  readonly #openBrackets: Token[] = [];

  constructor(line: TokenLine) {
    this.#tokens = line.tokens;
    this.#caption = line.caption;
  }

  statement(): Statement {
    const at = this.#next.at;
    if (this.#next.kind !== "name") {
      this.#fail(`a line begins with a name, as in f = … or c[t] = …, not with ${this.#shown()}`);
    }
    const named = this.#take();
    const name = named.text;
    const index = this.#index(named);
    if (this.#accept("~")) {
      if (index !== null)
        this.#fail(`${name} ~ … says how ${name} begins: leave out the brackets`, at);
      const initialAt = this.#next.at;
      const initial = this.#initial(name);
      this.#end();
      return { kind: "initial", name, initial, at, initialAt };
    }
    if (!this.#accept("=")) this.#fail(`expected = after ${name}, not ${this.#shown()}`);
    if (index === "0") {
      const value = this.#signedNumber(`${name}[0] is a number, as in ${name}[0] = 1`);
      this.#end();
      return { kind: "start", name, value, at };
    }
    if (index === "t-1") this.#fail(`a line says what ${name}[t] is, not ${name}[t-1]`, at);
    const value = this.#expression();
    this.#end();
    return { kind: "signal", name, state: index === "t", value, caption: this.#caption, at };
  }

  #expression(): Expression {
    const at = this.#next.at;
    const terms: Term[] = [{ sign: 1, value: this.#term() }];
    for (;;) {
      if (this.#accept("+")) terms.push({ sign: 1, value: this.#term() });
      else if (this.#accept("-")) terms.push({ sign: -1, value: this.#term() });
      else return terms.length === 1 ? terms[0].value : { kind: "sum", terms, at };
    }
  }

  #term(): Expression {
    const at = this.#next.at;
    const factors: Factor[] = [{ operator: "*", value: this.#unary() }];
    for (;;) {
      if (this.#accept("*")) factors.push({ operator: "*", value: this.#unary() });
      else if (this.#accept("/")) factors.push({ operator: "/", value: this.#unary() });
      else return factors.length === 1 ? factors[0].value : { kind: "product", factors, at };
    }
  }

  #unary(): Expression {
    const at = this.#next.at;
    let negative = false;
    while (this.#accept("-")) negative = !negative;
    const value = this.#primary();
    return negative ? { kind: "negative", value, at } : value;
  }

  #primary(): Expression {
    const token = this.#next;
    if (token.kind === "number") {
      this.#take();
      return { kind: "number", value: this.#number(token), at: token.at };
    }
    if (token.kind === "name") return this.#named();
    if (token.text === "(") return this.#inBrackets(")", () => this.#expression());
    if (token.text === "[") this.#fail("[a, b] stands only behind a matrix, as in W·[a, b]");
    return this.#missing();
  }

  #named(): Expression {
    const named = this.#take();
    const { text: name, at } = named;
    if (this.#accept("·")) return { kind: "matrix", name, parts: this.#parts(), at };
    if (this.#next.text === "(") {
      if (isCapitalised(name)) this.#fail(`expected · between the matrix ${name} and (`);
      return { kind: "call", name, args: this.#inBrackets(")", () => this.#list()), at };
    }
    const index = this.#index(named);
    if (index === "0") {
      this.#fail(`${name}[0] can be set, on a line of its own, but not read`, at);
    }
    return { kind: "name", name, time: index, at };
  }

  #parts(): Part[] {
    const at = this.#next.at;
    if (this.#next.text !== "[") return [{ value: this.#deeper(() => this.#primary()), at }];
    return this.#inBrackets("]", () => this.#list()).map((value) => ({ value, at: value.at }));
  }

  #list(): Expression[] {
    const values = [this.#expression()];
    while (this.#accept(",")) values.push(this.#expression());
    return values;
  }

  /** `[t]`, `[t-1]`, `[0]`, or null where no bracket follows. */
  #index({ text: name, at }: Token): Index | null {
    const open = this.#next;
    if (open.text !== "[") return null;
    let close = this.#position + 1;
    let inside = "";
    for (; this.#tokens[close].kind !== "end" && this.#tokens[close].text !== "]"; close++) {
      inside += this.#tokens[close].text;
    }
    if (this.#tokens[close].kind === "end") this.#fail("this [ is never closed", open.at);
    const whole = `${name}[${inside}]`;
    if (inside === "t" || inside === "t-1" || inside === "0") {
      this.#position = close + 1;
      return inside;
    }
    if (isCapitalised(name) && !/^t?[+-]?\d*$/.test(inside)) {
      this.#fail(`expected · between the matrix ${name} and [`, open.at);
    }
    if (/^t-\d+$/.test(inside)) {
      this.#fail(`${whole} is not kept; write d[t] = ${name}[t-1] and read d[t-1]`, at);
    }
    if (/^t\+\d+$/.test(inside)) this.#fail(`${whole} is not known yet; read [t] or [t-1]`, at);
    return this.#fail(`a name is read as ${name}[t] or ${name}[t-1], not as ${whole}`, at);
  }

  #initial(name: string): Initial {
    const wanted = `expected a number or one of ${INITIALS.join(", ")} after ${name} ~`;
    const token = this.#next;
    if (token.kind !== "name") return { kind: "number", value: this.#signedNumber(wanted) };
    this.#take();
    const kind = INITIALS.find((known) => known === token.text);
    if (kind === undefined) {
      this.#fail(`${wanted}, not ${token.text}${didYouMean(token.text, INITIALS)}`, token.at);
    }
    if (kind !== "uniform") return { kind };
    if (this.#next.kind === "end") return { kind, limit: null };
    const limitAt = this.#next.at;
    const limit = this.#signedNumber(`${name} ~ uniform 0.1 draws from −0.1 to 0.1`);
    if (limit <= 0) this.#fail(`uniform takes a limit above 0, not ${limit}`, limitAt);
    return { kind, limit };
  }

  #signedNumber(wanted: string): number {
    const sign = this.#accept("-") ? -1 : 1;
    if (this.#next.kind !== "number") this.#fail(wanted);
    return sign * this.#number(this.#take());
  }

  #number(token: Token): number {
    const value = Number(token.text);
    // The engines compute in float32, whose largest number is 3.4e38.
    if (!Number.isFinite(Math.fround(value)))
      this.#fail(`${token.text} is too large a number`, token.at);
    return value;
  }

  #inBrackets<T>(close: ")" | "]", inside: () => T): T {
    const open = this.#take();
    this.#openBrackets.push(open);
    const value = this.#deeper(inside, open.at);
    this.#openBrackets.pop();
    if (this.#accept(close)) return value;
    const found = this.#next;
    const before = this.#tokens[this.#position - 1];
    // A bracket left open runs into the next lines: the bracket is the mistake, not what stands there.
    const isNextLine = found.at.line > before.at.line || found.text === "=" || found.text === "~";
    if (found.kind === "end" || isNextLine) {
      this.#fail(`this ${open.text} is never closed`, open.at);
    }
    this.#checkMissingDot(before);
    return this.#fail(`expected an operator, a comma or ${close} before ${this.#shown()}`);
  }

  #deeper<T>(inside: () => T, at: Place = this.#next.at): T {
    if (this.#depth === DEEPEST) this.#fail(`brackets are nested more than ${DEEPEST} deep`, at);
    this.#depth++;
    const value = inside();
    this.#depth--;
    return value;
  }

  #end(): void {
    const token = this.#next;
    if (token.kind === "end") return;
    const before = this.#tokens[this.#position - 1];
    if (token.text === ")" || token.text === "]") this.#fail(`this ${token.text} was never opened`);
    this.#checkMissingDot(before);
    if (token.text === "·") this.#fail("before · stands the name of a matrix, as in W·x[t]");
    this.#fail(`expected an operator or the end of the line, not ${this.#shown()}`);
  }

  #checkMissingDot(before: Token): void {
    const isOperand = ["name", "number"].includes(this.#next.kind);
    if (!isOperand || before.kind !== "name" || !isCapitalised(before.text)) return;
    this.#fail(`expected · between the matrix ${before.text} and ${this.#shown()}`);
  }

  #missing(): never {
    const before = this.#tokens[this.#position - 1].text;
    if (this.#next.kind === "end") {
      const open = this.#openBrackets.at(-1);
      if (open) this.#fail(`this ${open.text} is never closed`, open.at);
      this.#fail(`something is missing after ${before}; a line goes on only inside brackets`);
    }
    return this.#fail(`expected a name, a number or ( after ${before}, not ${this.#shown()}`);
  }

  get #next(): Token {
    return this.#tokens[this.#position];
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== "end") this.#position++;
    return token;
  }

  #accept(symbol: string): boolean {
    const token = this.#next;
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.#position++;
    return true;
  }

  /** The next token as an error shows it. */
  #shown(): string {
    const token = this.#next;
    if (token.kind === "end") return "the end of the line";
    return token.kind === "illegal" ? JSON.stringify(token.text) : token.text;
  }

  #fail(reason: string, at: Place = this.#next.at): never {
    const token = this.#next;
    if (at === token.at && token.kind === "illegal") {
      const instead = INSTEAD.get(token.text) ?? "";
      throw new EquationError(at, `the character ${this.#shown()} has no meaning here${instead}`);
    }
    throw new EquationError(at, reason);
  }
}
