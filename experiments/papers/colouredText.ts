/** Text with a colour behind every character, by a signal's value there, as SVG. */

export interface ColouredText {
  readonly title: string;
  readonly text: string;
  /** One a character. */
  readonly values: readonly number[];
}

const [CHARACTER, LINE, MARGIN, GAP, SIZE] = [7.2, 16, 12, 26, 12];
/** Width of a number beside the legend. */
const LABEL = 44;
/** The orange of ColorBrewer's PuOr and the blue of its RdBu (Harrower and Brewer 2003), from below zero to above: told apart by people who see red and green alike. */
const COLOURS = [
  [179, 88, 6],
  [241, 163, 64],
  [254, 224, 182],
  [247, 247, 247],
  [209, 229, 240],
  [103, 169, 207],
  [33, 102, 172],
];
/** Signs are white on what is darker. */
const DARK = 0.75;

/** Several texts, one below the other; line breaks are those of the texts. */
export function colouredTexts(texts: readonly ColouredText[]): string {
  const parts: string[] = [];
  let y = MARGIN;
  let longest = 0;
  for (const { title, text, values } of texts) {
    parts.push(`<text x="${MARGIN}" y="${y + SIZE}" class="title">${escaped(title)}</text>`);
    y += LINE + 4;
    const most = values.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-9);
    parts.push(...legend(most, y));
    y += LINE + 6;
    let column = 0;
    for (const [index, character] of [...text].entries()) {
      // A break has a colour too: it is read like any other character.
      const position = values[index] / most;
      const x = number(MARGIN + column * CHARACTER);
      parts.push(
        `<rect x="${x}" y="${y}" width="${CHARACTER}" height="${LINE}" fill="${colourOf(position)}"/>`,
      );
      if (character.trim() !== "") {
        const light = Math.abs(position) > DARK ? ' fill="#ffffff"' : "";
        parts.push(`<text x="${x}" y="${y + SIZE}"${light}>${escaped(character)}</text>`);
      }
      column++;
      longest = Math.max(longest, column, Math.ceil(title.length * 0.9));
      if (character === "\n") {
        y += LINE;
        column = 0;
      }
    }
    y += LINE + GAP;
  }
  const width = Math.ceil(2 * MARGIN + longest * CHARACTER);
  const height = y - GAP + MARGIN;
  const style =
    "text{font-family:Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px}.title{font-family:Helvetica,Arial,sans-serif;font-size:13px}.label{font-family:Helvetica,Arial,sans-serif;font-size:11px}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

const STEPS_OF_LEGEND = 21;

/** The colours from the largest size below zero to that above, with their numbers. */
function legend(most: number, y: number): string[] {
  const cell = CHARACTER * 2;
  const label = (x: number, anchor: string, text: string) =>
    `<text x="${number(x)}" y="${y + SIZE}" text-anchor="${anchor}" class="label">${text}</text>`;
  const from = MARGIN + LABEL;
  const to = from + STEPS_OF_LEGEND * cell;
  const cells = Array.from({ length: STEPS_OF_LEGEND }, (_, index) => {
    const position = (2 * index) / (STEPS_OF_LEGEND - 1) - 1;
    return `<rect x="${number(from + index * cell)}" y="${y}" width="${number(cell)}" height="${LINE}" fill="${colourOf(position)}"/>`;
  });
  return [
    ...cells,
    label(from - 6, "end", `−${most.toFixed(2)}`),
    label((from + to) / 2, "middle", "0"),
    label(to + 6, "start", most.toFixed(2)),
  ];
}

/** @param position −1 to 1. */
function colourOf(position: number): string {
  const place = ((Math.max(-1, Math.min(1, position)) + 1) / 2) * (COLOURS.length - 1);
  const index = Math.min(COLOURS.length - 2, Math.floor(place));
  const share = place - index;
  const channels = COLOURS[index].map((from, c) =>
    Math.round(from + (COLOURS[index + 1][c] - from) * share),
  );
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

const number = (value: number): string => String(Number(value.toFixed(1)));

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
