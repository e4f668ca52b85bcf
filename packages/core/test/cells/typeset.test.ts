/** Typeset equations, held to what they should look like. */
import { describe, expect, test } from "vitest";
import { typesetText } from "../../src/cells/typeset.ts";
import { typesetMathml } from "../../src/cells/typesetMathml.ts";
import { gru, lstm, lstmFgr, slstm, ZOO } from "../../src/cells/zoo/index.ts";

const textOf = (equations: string): string => typesetText({ equations });
const mathmlOf = (equations: string): string => typesetMathml({ equations });

describe("as text", () => {
  test("the LSTM", () => {
    expect(`\n${typesetText(lstm)}\n`).toMatchInlineSnapshot(`
      "
      fₜ = σ(W_f·[hₜ₋₁, xₜ] + b_f)      forget gate: how much of the memory to keep
      iₜ = σ(W_i·[hₜ₋₁, xₜ] + b_i)      input gate: how much to write
      gₜ = tanh(W_g·[hₜ₋₁, xₜ] + b_g)   candidate: what to write
      oₜ = σ(W_o·[hₜ₋₁, xₜ] + b_o)      output gate: how much to show
      cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ          memory cell: what is kept and what is new
      hₜ = oₜ ⊙ tanh(cₜ)                output: the memory, as far as it is shown
      "
    `);
  });

  test("the GRU", () => {
    expect(`\n${typesetText(gru)}\n`).toMatchInlineSnapshot(`
      "
      rₜ = σ(W_r·xₜ + U_r·hₜ₋₁ + b_r)                    reset gate: how much old state n sees
      zₜ = σ(W_z·xₜ + U_z·hₜ₋₁ + b_z)                    update gate: how much old state to keep
      nₜ = tanh(W_n·xₜ + b_n + rₜ ⊙ (U_n·hₜ₋₁ + b_hn))   candidate: what the new state could be
      hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁                     new state: between candidate and old
      "
    `);
  });

  test("sLSTM, whose names are of different lengths", () => {
    expect(`\n${typesetText(slstm)}\n`).toMatchInlineSnapshot(`
      "
      zₜ    = tanh(W_z·xₜ + R_z·hₜ₋₁ + b_z)         cell input: what to write
      oₜ    = σ(W_o·xₜ + R_o·hₜ₋₁ + b_o)            output gate: how much to show
      logiₜ = W_i·xₜ + R_i·hₜ₋₁ + b_i               logarithm of the input gate
      logfₜ = logsigmoid(W_f·xₜ + R_f·hₜ₋₁ + b_f)   logarithm of the forget gate
      mₜ    = max(logfₜ + mₜ₋₁, logiₜ)              stabiliser: the larger logarithm
      fₜ    = exp(logfₜ + mₜ₋₁ − mₜ)                forget gate: how much of the memory to keep
      iₜ    = exp(logiₜ − mₜ)                       input gate: how much to write
      cₜ    = fₜ ⊙ cₜ₋₁ + iₜ ⊙ zₜ                   memory cell: what is kept and what is new
      nₜ    = fₜ ⊙ nₜ₋₁ + iₜ                        normaliser: how much was written in all
      hₜ    = oₜ ⊙ (cₜ / nₜ)                        output: the mean of what was written
      m₀    = −1000
      "
    `);
  });

  test("captions are broken within the width", () => {
    expect(`\n${typesetText(lstm, { width: 64 })}\n`).toMatchInlineSnapshot(`
      "
      fₜ = σ(W_f·[hₜ₋₁, xₜ] + b_f)      forget gate: how much of the
                                        memory to keep
      iₜ = σ(W_i·[hₜ₋₁, xₜ] + b_i)      input gate: how much to write
      gₜ = tanh(W_g·[hₜ₋₁, xₜ] + b_g)   candidate: what to write
      oₜ = σ(W_o·[hₜ₋₁, xₜ] + b_o)      output gate: how much to show
      cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ          memory cell: what is kept and
                                        what is new
      hₜ = oₜ ⊙ tanh(cₜ)                output: the memory, as far as
                                        it is shown
      "
    `);
  });

  test("captions stand below where no room is left beside", () => {
    expect(`\n${typesetText(lstmFgr, { width: 72 })}\n`).toMatchInlineSnapshot(`
      "
      fₜ = σ(W_f·[hₜ₋₁, xₜ, iₜ₋₁, fₜ₋₁, oₜ₋₁] + p_f ⊙ cₜ₋₁ + b_f)
          forget gate, sees all: how much to keep
      iₜ = σ(W_i·[hₜ₋₁, xₜ, iₜ₋₁, fₜ₋₁, oₜ₋₁] + p_i ⊙ cₜ₋₁ + b_i)
          input gate, sees all: how much to write
      gₜ = tanh(W_g·[hₜ₋₁, xₜ] + b_g)
          candidate: what to write
      cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ
          memory cell: what is kept and what is new
      oₜ = σ(W_o·[hₜ₋₁, xₜ, iₜ₋₁, fₜ₋₁, oₜ₋₁] + p_o ⊙ cₜ + b_o)
          output gate, sees all: how much to show
      hₜ = oₜ ⊙ tanh(cₜ)
          output: the memory, as far as it is shown
      "
    `);
  });

  test("captions can be left out", () => {
    expect(typesetText(lstm, { captions: false })).not.toContain("gate");
  });

  test.each([
    ["a sum that is subtracted", "h[t] = a - (b - x)", "hₜ = a − (b − xₜ)"],
    ["a sum that is multiplied", "h[t] = (1 - x) * h[t-1]", "hₜ = (1 − xₜ) ⊙ hₜ₋₁"],
    ["a product that divides", "h[t] = a / (b * x)", "hₜ = a / (b ⊙ xₜ)"],
    ["a quotient that is multiplied", "h[t] = a * (b / x)", "hₜ = a ⊙ (b / xₜ)"],
    ["a sign behind an operator", "h[t] = x * -a", "hₜ = xₜ ⊙ (−a)"],
    ["a product under a matrix", "h[t] = U·(r_h * h[t-1])", "hₜ = U·(r_h ⊙ hₜ₋₁)"],
  ])("brackets stay around %s", (_, equations, typeset) => {
    expect(textOf(equations)).toBe(typeset);
  });

  test.each([
    ["a product in a sum", "h[t] = x + (a * x)", "hₜ = xₜ + a ⊙ xₜ"],
    ["a matrix's one name", "h[t] = W·(x[t])", "hₜ = W·xₜ"],
    ["an argument", "h[t] = tanh((x + 1))", "hₜ = tanh(xₜ + 1)"],
  ])("brackets go from around %s", (_, equations, typeset) => {
    expect(textOf(equations)).toBe(typeset);
  });

  test("names in two scripts and combining accents keep their columns", () => {
    expect(textOf("c̃ = tanh(x)  # one\nh[t] = c̃  # two")).toBe(
      "c̃ₜ = tanh(xₜ)   one\nhₜ = c̃ₜ         two",
    );
  });

  test("starts and initial values are lines too", () => {
    expect(textOf("h[t] = x + b\nh[0] = -1\nb ~ uniform 0.1")).toBe(
      "hₜ = xₜ + b\nh₀ = −1\nb  ~ uniform 0.1",
    );
  });
});

describe("as MathML", () => {
  test("the LSTM's memory cell", () => {
    const row = typesetMathml(lstm)
      .split("<mtr>")
      .find((text) => text.includes(">f</mi><mi>t</mi></msub><mo>⊙"));
    expect(row).toMatchInlineSnapshot(
      `"<mtd style="text-align:right"><msub><mi>c</mi><mi>t</mi></msub></mtd><mtd><mo>=</mo></mtd><mtd style="text-align:left"><mrow><mrow><msub><mi>f</mi><mi>t</mi></msub><mo>⊙</mo><msub><mi>c</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow><mo>+</mo><mrow><msub><mi>i</mi><mi>t</mi></msub><mo>⊙</mo><msub><mi>g</mi><mi>t</mi></msub></mrow></mrow></mtd></mtr>"`,
    );
  });

  test("the GRU, for those who do not see it", () => {
    expect(/alttext="([^"]*)"/.exec(typesetMathml(gru))?.[1]).toMatchInlineSnapshot(
      `"rₜ = σ(W_r·xₜ + U_r·hₜ₋₁ + b_r); zₜ = σ(W_z·xₜ + U_z·hₜ₋₁ + b_z); nₜ = tanh(W_n·xₜ + b_n + rₜ ⊙ (U_n·hₜ₋₁ + b_hn)); hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁"`,
    );
  });

  test("a quotient is a fraction, whose bar takes the place of brackets", () => {
    const row = mathmlOf("h[t] = (a + b) / (a - x)");
    expect(row).toContain("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mi>a</mi>");
    expect(row).not.toContain("<mo>(</mo>");
  });

  test("captions stand in a column of their own, where asked for", () => {
    expect(typesetMathml(lstm)).not.toContain("<mtext>");
    expect(typesetMathml(lstm, { captions: true })).toContain(
      "<mtext>input gate: how much to write</mtext>",
    );
  });

  test("what XML keeps for itself is escaped", () => {
    expect(typesetMathml({ equations: 'h[t] = x # 1 < 2 & "3"' }, { captions: true })).toContain(
      "<mtext>1 &lt; 2 &amp; &quot;3&quot;</mtext>",
    );
  });

  test.each(ZOO)("$name is well-formed, of MathML Core's elements alone", (cell) => {
    for (const captions of [false, true]) {
      const elements = wellFormed(typesetMathml(cell, { captions }));
      const core = "math mtable mtr mtd mrow mi mn mo mtext msub msup mfrac msqrt".split(" ");
      expect([...elements].filter((name) => !core.includes(name))).toEqual([]);
    }
  });
});

/** Checks that tags nest, attributes are quoted, nothing is stray. @returns The elements' names. */
function wellFormed(xml: string): Set<string> {
  const names = new Set<string>();
  const open: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)>|([^<]+)/gy;
  let end = 0;
  for (const [whole, slash, name, , text] of xml.matchAll(token)) {
    end += whole.length;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/.test(text)) throw new Error(`stray & in ${text}`);
    } else if (slash) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      names.add(name);
      open.push(name);
    }
  }
  if (end !== xml.length) throw new Error(`not a tag: ${xml.slice(end, end + 40)}`);
  if (open.length > 0) throw new Error(`never closed: ${open.join(" ")}`);
  return names;
}
