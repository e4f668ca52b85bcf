/** Where tokens stand that flow like text: plain numbers, so that only the lines in sight need to be made. */

/** @param widths Of each token. @param isLast Whether a line ends after it. @param room Of a line. @returns the first token of each line. */
export function linesOf(
  widths: ArrayLike<number>,
  isLast: (token: number) => boolean,
  room: number,
): number[] {
  const starts: number[] = [];
  let used = Number.POSITIVE_INFINITY;
  for (let token = 0; token < widths.length; token++) {
    if (used + widths[token] > room) {
      starts.push(token);
      used = 0;
    }
    used += widths[token];
    if (isLast(token)) used = Number.POSITIVE_INFINITY;
  }
  return starts;
}

/** @returns which line a token is in. */
export function lineOf(starts: readonly number[], token: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= token) low = middle;
    else high = middle;
  }
  return low;
}

let context: OffscreenCanvasRenderingContext2D | null = null;

/** Widths of words in a font, each word measured once. */
export function measurer(font: string): (text: string) => number {
  context ??= new OffscreenCanvas(1, 1).getContext("2d");
  const known = new Map<string, number>();
  return (text) => {
    const width = known.get(text);
    if (width !== undefined) return width;
    let measured = 8 * text.length;
    if (context) {
      context.font = font;
      measured = context.measureText(text).width;
    }
    known.set(text, measured);
    return measured;
  };
}
