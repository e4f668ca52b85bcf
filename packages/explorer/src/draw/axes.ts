/** The names beside a heatmap's rows and beneath its steps: as many as have room. */
import type { Cells, Window2d } from "./bitmap.ts";
import { pageColour } from "./ground.ts";

const FONT = "11px system-ui, sans-serif";
const LINE = 12;
const GAP = 8;

/** Every one, two, five, ten … so that each has room. */
export function everyFor(room: number, cell: number): number {
  for (let unit = 1; ; unit *= 10) {
    for (const every of [unit, 2 * unit, 5 * unit]) if (every * cell >= room) return every;
  }
}

/** @param nameOf What a unit is called. */
export function drawRowNames(
  canvas: HTMLCanvasElement,
  { order }: Cells,
  { top, bottom }: Window2d,
  nameOf: (unit: number) => string,
): void {
  const context = cleared(canvas);
  if (!context) return;
  const cell = canvas.clientHeight / (bottom - top);
  const every = everyFor(LINE, cell);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let row = every * Math.ceil(Math.max(0, top - 0.5) / every); row < bottom; row += every) {
    const at = (row + 0.5 - top) * cell;
    if (at < 0 || at > canvas.clientHeight) continue;
    const y = Math.max(LINE / 2, Math.min(canvas.clientHeight - LINE / 2, at));
    context.fillText(
      nameOf(order?.[row] ?? row),
      canvas.clientWidth - 4,
      y,
      canvas.clientWidth - 4,
    );
  }
}

/** Tokens where they have room, each under its step; numbers of steps else. */
export function drawStepNames(
  canvas: HTMLCanvasElement,
  { from, to }: Window2d,
  names: readonly string[] | null,
): void {
  const context = cleared(canvas);
  if (!context) return;
  const cell = canvas.clientWidth / (to - from);
  context.textBaseline = "top";
  context.textAlign = "center";
  const inSight = names?.slice(Math.floor(from), Math.ceil(to)).map(shownToken) ?? [];
  const longest = Math.max(0, ...inSight.map((name) => context.measureText(name).width));
  const hasTokens = names !== null && cell >= Math.min(longest, 28) + 3;
  const every = hasTokens
    ? 1
    : everyFor(context.measureText(String(Math.ceil(to))).width + GAP, cell);
  for (let step = every * Math.floor(from / every); step < to; step += every) {
    const at = (step + 0.5 - from) * cell;
    const name = hasTokens ? shownToken(names[step] ?? "") : String(step);
    const half = context.measureText(name).width / 2;
    if (at < 0 || at > canvas.clientWidth) continue;
    const x = Math.max(Math.min(half, cell * every), Math.min(canvas.clientWidth - half, at));
    context.fillText(name, x, 3, hasTokens ? cell - 2 : undefined);
  }
}

const shown = new Map<string, string>();
const MOST_SHOWN = 50_000;

/** Without the space before a word; white space alone as signs that are seen. */
export function shownToken(token: string): string {
  const known = shown.get(token);
  if (known !== undefined) return known;
  const seen = token
    .replace(/^ (?=\S)/, "")
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥")
    .replace(/^ +$/, (all) => "␣".repeat(all.length));
  if (shown.size < MOST_SHOWN) shown.set(token, seen);
  return seen;
}

function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d");
  fitCanvas(canvas);
  if (!context) return null;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  context.font = FONT;
  context.fillStyle = pageColour("--faint");
  return context;
}

/** As many pixels as it has on the screen. @returns whether there are any. */
export function fitCanvas(canvas: HTMLCanvasElement): boolean {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return width > 0 && height > 0;
}
