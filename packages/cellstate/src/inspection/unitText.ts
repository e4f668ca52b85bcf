/** A text coloured by one unit: what it held once each token had been read. For a page as SVG, and for a terminal. */
import { background, type ColourDepth, RESET_BACKGROUND, styled } from "../terminal/colour.ts";
import { displayWidth } from "../terminal/text.ts";
import { drawLegend, LEGEND_WIDTH } from "./legend.ts";
import { colourOf, type FittedScale, positionOf } from "./scales.ts";
import { document, element, FAINT, fitText, INK, MONO, short, textAt } from "./svg.ts";

export interface UnitText {
  readonly tokens: readonly string[];
  /** One a token. */
  readonly values: ArrayLike<number>;
  /** One a token: what the unit was looked for by; NaN where there is none. */
  readonly labels: ArrayLike<number>;
  readonly fitted: FittedScale;
}

/** A character, and the token that it belongs to. */
interface Letter {
  readonly text: string;
  readonly width: number;
  readonly token: number;
}

/** Lines as the text has them, long ones broken; the sign of an end may stand one beyond. */
function linesOf(tokens: readonly string[], columns: number): Letter[][] {
  const lines: Letter[][] = [[]];
  let used = 0;
  for (const [token, text] of tokens.entries()) {
    for (const letter of text) {
      const isEnd = letter === "\n";
      const shown = isEnd ? "⏎" : /\p{Cc}/u.test(letter) ? "\ufffd" : letter;
      const width = Math.max(1, displayWidth(shown));
      if (used + width > columns && !isEnd) {
        lines.push([]);
        used = 0;
      }
      lines[lines.length - 1].push({ text: shown, width, token });
      used += width;
      if (!isEnd) continue;
      lines.push([]);
      used = 0;
    }
  }
  return lines.filter((line) => line.length > 0);
}

const COLUMNS = 96;
const CHARACTER = 7.8;
const LINE = 19;
const SIZE = 13;
const MARGIN = 32;

/** @param notes What stands below the title, a line each. */
export function unitTextSvg(title: string, notes: readonly string[], text: UnitText): string {
  const { tokens, values, labels, fitted } = text;
  const width = COLUMNS * CHARACTER;
  const isBinary = Array.from(labels).every(
    (label) => Number.isNaN(label) || label === 0 || label === 1,
  );
  let y = 40;
  let content = textAt(MARGIN, y, fitText(title, width, 15), {
    ...{ "font-size": 15, "font-weight": "bold" },
  });
  for (const note of notes) {
    y += 16;
    content += textAt(MARGIN, y, fitText(note, width, 11), { fill: FAINT });
  }
  content += drawLegend(fitted, MARGIN + width - LEGEND_WIDTH, y + 12);
  if (isBinary) {
    content += element("path", { d: `M${MARGIN} ${y + 19}h20`, stroke: INK, "stroke-width": 1.5 });
    content += textAt(MARGIN + 26, y + 22, "underlined: labelled 1", { "font-size": 10 });
  }
  y += 54;
  let glyphs = "";
  for (const line of linesOf(tokens, COLUMNS)) {
    let x = MARGIN;
    for (let from = 0; from < line.length; ) {
      const { token } = line[from];
      let to = from;
      let wide = 0;
      let letters = "";
      for (; to < line.length && line[to].token === token; to++) {
        wide += line[to].width * CHARACTER;
        letters += line[to].text;
      }
      const [red, green, blue] = colourOf(fitted.scale, values[token], "paper");
      content += element("rect", {
        ...{ x, y, width: wide + 0.2, height: LINE - 2, fill: `rgb(${red},${green},${blue})` },
      });
      if (isBinary && labels[token] === 1) {
        const under = `M${short(x)} ${short(y + LINE - 2.5)}h${short(wide)}`;
        content += element("path", { d: under, stroke: INK, "stroke-width": 1.5 });
      }
      const isDark = 0.3 * red + 0.59 * green + 0.11 * blue < 130;
      if (letters.trim() !== "") {
        glyphs += textAt(x, y + 13, letters, {
          ...{ fill: isDark ? "#ffffff" : INK, textLength: wide, lengthAdjust: "spacing" },
        });
      }
      x += wide;
      from = to;
    }
    y += LINE;
  }
  content += element("g", { "font-family": MONO, "font-size": SIZE }, glyphs);
  return document(MARGIN * 2 + width, y + MARGIN, title, content);
}

const SHADES = [" ", "░", "▒", "▓", "█"] as const;
const BELOW = ["≡", "=", "-"] as const;
const ABOVE = ["∙", "+", "#"] as const;

/** In colours where there are some; else with a line of signs below each line. */
export function unitTextLines(
  { tokens, values, fitted: { scale } }: UnitText,
  width: number,
  depth: ColourDepth,
  most: number,
): string[] {
  const lines = linesOf(tokens, Math.max(10, width - 3)).slice(0, most);
  if (depth < 8) {
    return lines.flatMap((line) => [
      `  ${line.map(({ text }) => text).join("")}`,
      `  ${line.map(({ token, width: wide }) => signOf(positionOf(scale, values[token]), scale.kind === "signed").repeat(wide)).join("")}`.trimEnd(),
    ]);
  }
  const level = depth === 24 ? 24 : 8;
  return lines.map((line) => {
    const letters = line.map(({ text, token }) => {
      const [red, green, blue] = colourOf(scale, values[token], "screen");
      const isDark = 0.3 * red + 0.59 * green + 0.11 * blue < 130;
      const ink = isDark ? "\x1b[97m" : "\x1b[30m";
      return `${background([red, green, blue], level)}${ink}${text}`;
    });
    return `  ${letters.join("")}\x1b[39m${RESET_BACKGROUND}`;
  });
}

function signOf(position: number, isSigned: boolean): string {
  if (Number.isNaN(position)) return " ";
  if (!isSigned) return SHADES[Math.min(4, Math.floor(position * 5))];
  const size = 2 * position - 1;
  const strength = Math.min(3, Math.floor(Math.abs(size) * 4));
  if (strength === 0) return " ";
  return size < 0 ? BELOW[3 - strength] : ABOVE[strength - 1];
}

/** Says how to read `unitTextLines`. */
export function unitTextKey({ fitted: { scale } }: UnitText, depth: ColourDepth): string {
  if (depth >= 8) return "";
  const key = scale.kind === "signed" ? "≡ = - below zero, ∙ + # above" : "░ ▒ ▓ █ from 0 to 1";
  return styled(`below each line: ${key}`, "dim", depth);
}
