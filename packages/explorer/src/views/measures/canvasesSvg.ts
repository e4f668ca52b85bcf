/** Heatmaps beside one another as one SVG: the canvases as they are seen, with their titles. */
import { escaped } from "../../draw/linesSvg.ts";

const [GAP, TITLE] = [16, 24];

export function canvasesSvg(frame: HTMLElement | null, titles: readonly string[]): string {
  const canvases = [...(frame?.querySelectorAll<HTMLCanvasElement>("canvas[role=img]") ?? [])];
  const { color, backgroundColor } = getComputedStyle(document.body);
  let x = GAP;
  const parts = canvases.map((canvas, n) => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const size = `x="${x}" y="${TITLE + 8}" width="${width}" height="${height}"`;
    const title = `<text x="${x}" y="${TITLE}" fill="${color}">${escaped(titles[n] ?? "")}</text>`;
    x += width + GAP;
    return `${title}<image ${size} preserveAspectRatio="none" image-rendering="pixelated" href="${canvas.toDataURL()}"/>`;
  });
  const height = TITLE + 8 + GAP + Math.max(0, ...canvases.map(({ clientHeight }) => clientHeight));
  const ground = `<rect width="100%" height="100%" fill="${backgroundColor}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${x}" height="${height}" font-family="system-ui, sans-serif" font-size="13">${ground}${parts.join("")}</svg>`;
}
