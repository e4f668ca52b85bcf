/** What is wrong with equations: where, and what to write instead. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { EquationError } from "../../src/cells/equationError.ts";
import { CellstateError } from "../../src/errors.ts";

const GOOD = "h[t] = tanh(W·x[t] + b_h)";

const errorOf = (equations: string): EquationError => {
  try {
    defineCell(equations);
  } catch (error) {
    if (error instanceof EquationError) return error;
    throw error;
  }
  throw new Error(`no error in ${equations}`);
};

describe.each<[string, readonly (readonly [equations: string, message: string])[]]>([
  [
    "the shape of a line",
    [
      ["= 2", "1, 1: a line begins with a name, as in f = … or c[t] = …, not with ="],
      ["h[t] tanh(W·x[t])", "1, 6: expected = after h, not tanh"],
      ["h[t] = ", "1, 7: something is missing after =; a line goes on only inside brackets"],
      [
        "h[t] = W·x[t] +\n  U·h[t-1]",
        "1, 16: something is missing after +; a line goes on only inside brackets",
      ],
      ["h[t] = tanh(W·x[t]", "1, 12: this ( is never closed"],
      ["h[t] = tanh(W·x[t]\nc[t] = h[t]", "1, 12: this ( is never closed"],
      ["h[t] = tanh(W·x[t] +\nc[t] = h[t]", "1, 12: this ( is never closed"],
      ["h[t] = W·[h[t-1], x[t]", "1, 10: this [ is never closed"],
      ["h[t] = tanh(W·x[t]))", "1, 20: this ) was never opened"],
      ["h[t] = tanh(W·x[t] b_h)", "1, 20: expected an operator, a comma or ) before b_h"],
      ["h[t] = 2 x[t]", "1, 10: expected an operator or the end of the line, not x"],
      ["h[t] = W x[t]", "1, 10: expected · between the matrix W and x"],
      ["h[t] = tanh(W x[t])", "1, 15: expected · between the matrix W and x"],
      ["h[t] = W[h[t-1], x[t]]", "1, 9: expected · between the matrix W and ["],
      ["h[t] = W(x[t])", "1, 9: expected · between the matrix W and ("],
      ["h[t] = W·-x[t]", "1, 10: expected a name, a number or ( after ·, not -"],
      ["h[t] = W·x[t]·x[t]", "1, 14: before · stands the name of a matrix, as in W·x[t]"],
      ["h[t] = [x[t], h[t-1]]", "1, 8: [a, b] stands only behind a matrix, as in W·[a, b]"],
      ["h[t] = tanh(W·x[t]) $", '1, 21: the character "$" has no meaning here'],
      [
        "h[t] = x × W·x",
        '1, 10: the character "×" has no meaning here; the pointwise product is *',
      ],
      [
        "h[t] = x ^ 2",
        '1, 10: the character "^" has no meaning here; write square(…), sqrt(…) or a product',
      ],
      ["__proto__ = 1", '1, 1: the character "_" has no meaning here'],
      ["h[t] = 1e999 * W·x[t]", "1, 8: 1e999 is too large a number"],
      ["h[t] = 1e39 * W·x[t]", "1, 8: 1e39 is too large a number"],
      [`h[t] = ${"(".repeat(100)}x`, "1, 72: brackets are nested more than 64 deep"],
      [
        `${GOOD}#${"a".repeat(20_000)}`,
        "1, 1: the equations have 20026 characters; a cell takes at most 20000",
      ],
    ],
  ],
  [
    "time",
    [
      [
        "f = sigmoid(W_f·x[t])\ng = tanh(W_g·x[t])\nc[t] = f * c[t] + g\nh[t] = tanh(c[t])",
        "3, 12: c[t] is used before it is defined; did you mean c[t-1]?",
      ],
      ["h[t] = c * W·x\nc[t] = h", "1, 8: c is used before it is defined; did you mean c[t-1]?"],
      [
        "h[t] = f * tanh(W·x[t])\nf = sigmoid(b_f)",
        "1, 8: f is used before it is defined: its line, 2, must come first",
      ],
      [
        `f = f * 2\n${GOOD}`,
        "1, 5: f is used before it is defined; to read its last value write f[t] = … and f[t-1]",
      ],
      [
        "i = sigmoid(W_i·x[t])\nh[t] = i[t-1] * tanh(W·x[t])",
        "2, 8: i[t-1] is not kept: in line 1 write i[t] = …",
      ],
      ["hh = 1\nc[t] = W·x\nh[t] = cc[t-1]", "3, 8: no line defines cc[t]; did you mean c?"],
      ["h[t] = tanh(W·x[t-1])", "1, 15: x[t-1] is not kept; write p[t] = x[t] and read p[t-1]"],
      ["h[t] = U·h[t-2]", "1, 10: h[t-2] is not kept; write d[t] = h[t-1] and read d[t-1]"],
      ["h[t] = h[t+1] + W·x[t]", "1, 8: h[t+1] is not known yet; read [t] or [t-1]"],
      ["h[t] = h[2] + W·x[t]", "1, 8: a name is read as h[t] or h[t-1], not as h[2]"],
      ["h[t] = h[0] + W·x[t]", "1, 8: h[0] can be set, on a line of its own, but not read"],
      [`${GOOD}\nh[t-1] = 1`, "2, 1: a line says what h[t] is, not h[t-1]"],
      ["h[t] = x[t] * t + b_h", "1, 15: t is the time step, not a value"],
      [`t = 2\n${GOOD}`, "1, 1: t is the time step and cannot be a name"],
      ["h[t] = b_h[t] + W·x[t]", "1, 8: b_h is learned, the same at every step: write b_h alone"],
      [`m[0] = 1\n${GOOD}`, "1, 1: no line defines m[t]"],
      [`${GOOD}\nh[0] = x`, "2, 8: h[0] is a number, as in h[0] = 1"],
      [`${GOOD}\nh[0] = 1\nh[0] = 2`, "3, 1: h[0] is set twice"],
    ],
  ],
  [
    "names",
    [
      ["", "1, 1: no line defines the output; write h[t] = …"],
      ["# a comment\nf = sigmoid(W·x[t])", "2, 1: no line defines the output; write h[t] = …"],
      ["h = tanh(W·x[t])", "1, 1: h is the output, and a state: write h[t] = …"],
      [`x[t] = 3\n${GOOD}`, "1, 1: x is the input, which comes from outside; choose another name"],
      [`tanh = 3\n${GOOD}`, "1, 1: tanh is a function; choose another name"],
      [`f = W_f·x\nf = W_g·x\n${GOOD}`, "2, 1: f is defined twice, first in line 1"],
      ["f = sigmoid(W_f·x)\nh[t] = ff * W·x", "2, 8: ff is not defined; did you mean f?"],
      [
        "forget = sigmoid(W_f·x[t])\nh[t] = forgte * tanh(W·x[t])",
        "2, 8: forgte is not defined; did you mean forget?",
      ],
      [
        "h[t] = zz * tanh(W·x[t])",
        "1, 8: zz is not defined; a learned vector has _ in its name, as b_zz",
      ],
      ["h[t] = sigmod(W·x[t])", "1, 8: sigmod is not a function; did you mean sigmoid?"],
      ["h[t] = p_h(W·x[t])", "1, 8: p_h is not a function; the pointwise product is *"],
      ["h[t] = tanh * (W·x[t])", "1, 8: tanh is a function: write tanh(…)"],
      ["h[t] = max(W·x[t])", "1, 8: max takes two arguments or more, not 1"],
      ["h[t] = tanh(W·x[t], 2)", "1, 8: tanh takes one argument, not 2"],
      ["h[t] = W·x[t] + U", "1, 17: the matrix U stands alone; write U·…"],
      [
        "h[t] = W·x[t] + B_h",
        "1, 17: the matrix B_h stands alone; write B_h·…; a learned vector begins with a small letter",
      ],
    ],
  ],
  [
    "what is learned",
    [
      [
        "f = sigmoid(b_f)\nh[t] = f·h[t-1] + W·x[t]",
        "2, 8: f is a signal, and · multiplies by a learned matrix; the pointwise product is *",
      ],
      [
        "h[t] = w_h·x[t]",
        "1, 8: a matrix has a name with a capital letter; w_h has none (the pointwise product is *)",
      ],
      [
        "h[t] = W·x[t] + W·h[t-1]",
        "1, 17: W is used twice, first in line 1; a matrix is used once",
      ],
      [
        "h[t] = W·x[t] + U·x[t]",
        "1, 19: U and W multiply the same in one sum; one matrix is enough",
      ],
      ["h[t] = W·[x[t], x[t]]", "1, 17: W multiplies this twice; once is enough"],
      ["h[t] = W·2", "1, 10: a matrix multiplies a vector, and this is a number"],
      [
        "h[t] = W·[x[t], b_h]",
        "1, 17: a matrix times a learned vector is a learned vector: write one",
      ],
      [
        "h[t] = x[t]",
        "1, 1: nothing here is learned; multiply by a matrix, as in h[t] = tanh(W·x[t])",
      ],
      ["h[t] = 1 / 0 + W·x[t]", "1, 8: this is Infinity, not a number to compute with"],
      ["h[t] = log(-1) * W·x[t]", "1, 8: this is NaN, not a number to compute with"],
      [`q = W_q·x[t]\n${GOOD}`, "1, 5: W_q cannot learn: no state depends on it"],
      ["h[t] = tanh(W·x[t]) + 0 * b_h", "1, 27: b_h cannot learn: no state depends on it"],
      [
        "a = W·x[t]\nc = V·x[t]\nh[t] = tanh(U·a + Q·c)",
        "2, 1: a and c are not tied together: each could have a size of its own, " +
          "and beside x[t] and h[t] a cell has room for one",
      ],
    ],
  ],
  [
    "initial values",
    [
      [`W ~ identity\n${GOOD}`, "1, 5: W is not square: it takes in to units"],
      [`b_h ~ orthogonal\n${GOOD}`, "1, 7: orthogonal is for matrices, and b_h is a vector"],
      [
        `b_h ~ orthgonal\n${GOOD}`,
        "1, 7: expected a number or one of identity, orthogonal, glorot, uniform, chrono after b_h ~, " +
          "not orthgonal; did you mean orthogonal?",
      ],
      [`b_h ~ uniform -1\n${GOOD}`, "1, 15: uniform takes a limit above 0, not -1"],
      [`b_hh ~ 1\n${GOOD}`, "1, 1: nothing learned is called b_hh; did you mean b_h?"],
      [`h ~ 1\n${GOOD}`, "1, 1: h is computed, not learned"],
      [`h[t] ~ 1\n${GOOD}`, "1, 1: h ~ … says how h begins: leave out the brackets"],
      [`b_h ~ 1\nb_h ~ 2\n${GOOD}`, "2, 1: b_h ~ … is there twice"],
      [
        `b_h ~ chrono\n${GOOD}`,
        "1, 7: chrono is for the bias of a gate that keeps or writes a state, and b_h is none",
      ],
    ],
  ],
])("%s:", (_, cases) => {
  test.each(cases)("%s", (equations, expected) => {
    const error = errorOf(equations);
    expect(error.message).toBe(expected.replace(/^(\d+), (\d+):/, "line $1, column $2:"));
  });
});

test("an error carries its code, its place and its reason apart", () => {
  const { code, line, column, reason } = errorOf("f = sigmoid(b_f)\nh[t] = ff * W·x[t]");
  expect({ code, line, column, reason }).toEqual({
    code: "equation",
    line: 2,
    column: 8,
    reason: "ff is not defined; did you mean f?",
  });
});

test("columns count from the beginning of a line that goes on, and Windows' line ends are blanks", () => {
  expect(errorOf("h[t] = tanh(\r\n  W·x[t]\r\n  + q)\r\n").message).toMatch(
    /^line 3, column 5: q is/,
  );
});

describe("no text breaks the parser:", () => {
  const survives = (text: string): void => {
    try {
      defineCell(text);
    } catch (error) {
      expect(error).toBeInstanceOf(CellstateError);
    }
  };

  test("any characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), survives), { seed: 1 });
  });

  test("any tokens of the language", () => {
    const token = fc.constantFrom(
      ..."= + - * / · ( ) [ ] , ~ \n # 1 0 .5 1e-6 x x[t] h[t] h[t-1] c[t] c[t-1] c[0] t f g".split(
        " ",
      ),
      ..."W U_h b b_h p_c sigmoid tanh max softplus identity chrono uniform ∘ ⊙ @ − h[t]= f=".split(
        " ",
      ),
    );
    const text = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(" "));
    fc.assert(fc.property(text, survives), { seed: 1, numRuns: 2000 });
  });

  // Each takes a tenth of a second on an idle machine; what grows out of hand takes minutes.
  const PATIENCE = 5_000;

  test.each([
    ["brackets", "(".repeat(100_000)],
    ["lines", "f=x\n".repeat(25_000)],
  ])("100 KB of %s is refused at once", (_, text) => {
    const begin = performance.now();
    expect(() => defineCell(text)).toThrow(EquationError);
    expect(performance.now() - begin).toBeLessThan(PATIENCE);
  });

  test.each([
    ["factors", `h[t]=W·x${"*h[t-1]".repeat(2_800)}`],
    ["terms", `h[t]=W·x${"+h[t-1]*b_h".repeat(1_600)}`],
    ["brackets that multiply out without end", `h[t]=W·x${"*(x+h[t-1])".repeat(1_700)}`],
    ["states", `${states(800)}h[t]=W·x+s799`],
    ["names that square each other", `${squares(1_100)}h[t]=W·x+q1099`],
    [
      "matrices",
      `h[t]=W·x${Array.from({ length: 1_000 }, (_, i) => `+M${i}·tanh(x*${i + 2})`).join("")}`,
    ],
  ])("as many %s as there is room for are a cell at once", (_, text) => {
    const begin = performance.now();
    expect(defineCell(text).program.output).toBeGreaterThanOrEqual(0);
    expect(performance.now() - begin).toBeLessThan(PATIENCE);
  });
});

function states(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => `s${i}[t]=${i ? `s${i - 1}` : "x"}+s${i}[t-1]\n`,
  ).join("");
}

function squares(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => `q${i}=${i ? `q${i - 1}*q${i - 1}` : "h[t-1]"}\n`,
  ).join("");
}
