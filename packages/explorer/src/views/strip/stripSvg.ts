/** The coloured text as an SVG document, for files. */
import { shownToken } from "../../draw/axes.ts";
import { type ColourScale, cssColour, inkOn } from "../../draw/colours.ts";
import { ground, pageColour } from "../../draw/ground.ts";
import { escaped } from "../../draw/linesSvg.ts";
import type { Expected } from "./expected.ts";
import { linesOf } from "./layout.ts";
import { EXPECTED_HEIGHT, TOKEN_HEIGHT, widthsOf } from "./TextStrip.tsx";

export interface StripSvg {
  readonly title: string;
  readonly names: readonly string[];
  numberOf(step: number): number;
  readonly scale: ColourScale;
  expected(step: number): readonly Expected[];
  readonly count: number;
}

const WIDTH = 1000;
const MARGIN = 16;
/** More make a file that few programs open. */
const MOST_TOKENS = 5000;

export function stripSvg({ title, names, numberOf, scale, expected, count }: StripSvg): string {
  const shown = names.slice(0, MOST_TOKENS);
  const widths = widthsOf(shown, expected, count);
  const starts = linesOf(widths, (token) => shown[token].includes("\n"), WIDTH - 2 * MARGIN);
  const height = TOKEN_HEIGHT + count * EXPECTED_HEIGHT + 8;
  const [ink, faint] = [pageColour("--ink"), pageColour("--faint")];
  const parts: string[] = [];
  const cut = shown.length < names.length ? ` (the first ${MOST_TOKENS} tokens)` : "";
  for (const [line, from] of starts.entries()) {
    let x = MARGIN;
    const y = 40 + line * height;
    for (let step = from; step < (starts[line + 1] ?? shown.length); step++) {
      const value = numberOf(step);
      const colour = Number.isNaN(value)
        ? pageColour("--ground")
        : cssColour(scale, value, ground.peek());
      const middle = x + widths[step] / 2 - 1;
      parts.push(
        `<rect x="${x}" y="${y}" width="${widths[step] - 2}" height="${TOKEN_HEIGHT - 4}" fill="${colour}"/>`,
        `<text x="${middle}" y="${y + 18}" font-size="16" text-anchor="middle" fill="${inkOn(colour)}">${escaped(shownToken(shown[step]))}</text>`,
      );
      for (const [n, { text, came }] of expected(step).slice(0, count).entries()) {
        const at = y + TOKEN_HEIGHT + n * EXPECTED_HEIGHT + 9;
        parts.push(
          `<text x="${middle}" y="${at}" text-anchor="middle" fill="${came ? ink : faint}"${came ? ' font-weight="700" text-decoration="underline"' : ""}>${escaped(text)}</text>`,
        );
      }
      x += widths[step];
    }
  }
  const tall = 40 + starts.length * height + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${tall}" viewBox="0 0 ${WIDTH} ${tall}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="${pageColour("--ground")}"/><text x="${MARGIN}" y="24" font-size="14" font-weight="600" fill="${ink}">${escaped(title + cut)}</text>${parts.join("")}</svg>`;
}
