/** Heatmaps for print: what an SVG says, how it escapes, and that many cells are a picture that holds them. */
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Heatmap, type HeatmapPanel, heatmapSvg } from "../../src/inspection/heatmap.ts";
import { encodePng } from "../../src/inspection/png.ts";
import { fitScale } from "../../src/inspection/scales.ts";
import { shownBytes, shownToken } from "../../src/inspection/shownToken.ts";

function panel(units: number, at: (step: number, unit: number) => number): HeatmapPanel {
  return {
    ...{ name: "c", caption: "memory <cell> & co", equation: "c[t] = f * c[t-1] + i * g" },
    fitted: fitScale(null, [-2, 2]),
    units: Array.from({ length: units }, (_, unit) => unit),
    at,
  };
}

function heatmap(labels: readonly string[], ...panels: readonly HeatmapPanel[]): Heatmap {
  return {
    ...{ title: "a model", subtitle: "what it did", notes: ["rows: by number"] },
    sections: [{ heading: "layer 0", labels, panels }],
  };
}

/** The texts of an SVG, in its order. */
function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)/g), ([, text]) => text);
}

describe("a heatmap of few cells", () => {
  const svg = heatmapSvg(
    heatmap(
      ["a", " ", "\n", "<b>"],
      panel(3, (step, unit) => step - unit),
    ),
  );

  test("says what it shows: title, caption, equation, tokens, units, numbers of the legend", () => {
    expect(textsOf(svg)).toEqual([
      ...["a model", "what it did", "layer 0", "c", "memory &lt;cell&gt; &amp; co"],
      ...["c[t] = f * c[t-1] + i * g", "−2", "0", "2", "a", "␣", "⏎", "&lt;b&gt;"],
      ...["0", "1", "2", "rows: by number", "hatched: below zero"],
    ]);
  });

  test("is shapes: a rectangle for neighbours of one shade, no picture within", () => {
    expect(svg).not.toContain("<image");
    const flat = heatmapSvg(
      heatmap(
        ["a", "b", "c"],
        panel(1, () => 1),
      ),
    );
    expect(Array.from(flat.matchAll(/<path d="(M[^"]*)" fill="rgb/g), ([, d]) => d)).toEqual([
      expect.stringMatching(/^M44 [\d.]+h84v12h-84z$/),
    ]);
  });

  test("hatches what is below zero, so that it is told from what is above without colour", () => {
    const hatched = (value: number): boolean =>
      /<path d="[^"]*" fill="url\(#below\)"/.test(
        heatmapSvg(
          heatmap(
            ["a"],
            panel(1, () => value),
          ),
        ),
      );
    expect([-2, -0.1, 0, 2].map(hatched)).toEqual([true, false, false, false]);
  });
});

test("a heatmap of many cells is a PNG within, a pixel a cell", () => {
  const labels = Array.from({ length: 960 }, (_, step) => String(step));
  const svg = heatmapSvg(
    heatmap(
      labels,
      panel(30, (step, unit) => (step === 7 && unit === 3 ? 2 : -2)),
    ),
  );
  const [, base64] = /href="data:image\/png;base64,([^"]+)"/.exec(svg) ?? [];
  const png = Buffer.from(base64, "base64");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([960, 30]);
  const at = png.indexOf("IDAT");
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  expect(rows.length).toBe(30 * 961);
  expect([rows[3 * 961 + 1 + 7], rows[3 * 961 + 1 + 8]]).toEqual([63, 0]);
});

test("a PNG's chunks carry their checksums", () => {
  const png = Buffer.from(
    encodePng(Uint8Array.of(0, 1), 2, 1, [
      [0, 0, 0],
      [255, 255, 255],
    ]),
  );
  // The end's is the same in every PNG.
  expect(png.subarray(-12).toString("hex")).toBe("0000000049454e44ae426082");
});

test("a long text goes on in further blocks; a very long one has numbers in place of tokens", () => {
  const of = (steps: number): string[] => {
    const labels = Array.from({ length: steps }, () => "x");
    return textsOf(
      heatmapSvg(
        heatmap(
          labels,
          panel(2, () => 1),
        ),
      ),
    );
  };
  expect(of(100).filter((text) => text === "x")).toHaveLength(100);
  // The name stands at the panel's head, and again before the second block.
  expect(of(100).filter((text) => text === "c")).toHaveLength(2);
  expect(of(500)).not.toContain("x");
  expect(of(500)).toContain("450");
});

test("tokens are shown in one visible line", () => {
  expect([" ", "\n", "\t", " likes", "a\nb", "", "\x07", "two words"].map(shownToken)).toEqual([
    ...["␣", "⏎", "⇥", "likes", "a⏎b", "∅", "\ufffd", "two words"],
  ]);
});

test("bytes beyond ASCII are shown by their digits", () => {
  expect(shownBytes(["a", "\u00c3", "\n"], "bytes")).toEqual(["a", "c3", "\n"]);
  expect(shownBytes(["a", "\u00c3"], "characters")).toEqual(["a", "\u00c3"]);
});

test("rows of up to 96 units each have their number", () => {
  for (const units of [24, 48, 96]) {
    const svg = heatmapSvg(
      heatmap(
        ["a", "b"],
        panel(units, (step, unit) => step - unit),
      ),
    );
    const rows = Array.from({ length: units }, (_, unit) => String(unit));
    const texts = new Set(textsOf(svg));
    const labelled = rows.filter((unit) => texts.has(unit));
    expect(labelled).toEqual(rows);
  }
});
