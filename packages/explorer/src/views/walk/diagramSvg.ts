/** The diagram as a file. */
import type { WalkedNode } from "../../compute/questions.ts";
import { shortNumber } from "../../draw/colours.ts";
import { NODE, placesOf, sizeOf, valueAt, wire } from "./Diagram.tsx";
import { plainLabel } from "./Label.tsx";
import { layOut } from "./layout.ts";

export function diagramSvg(nodes: readonly WalkedNode[], unit: number, title: string): string {
  const layout = layOut(nodes);
  const { width, height } = sizeOf(layout);
  const at = placesOf(layout);
  const wires = nodes.flatMap(({ id, inputs }) =>
    inputs.map((input) => `<path d="${wire(at, input, id)}"/>`),
  );
  const boxes = nodes.map((node) => {
    const { x, y } = at.get(node.id) ?? { x: 0, y: 0 };
    const fill = node.edited ? "#fee0b6" : node.signal ? "#efedf5" : "#ffffff";
    const text = (down: number, words: string, size: number): string =>
      `<text x="${x + 6}" y="${y + down}" font-size="${size}">${escaped(words)}</text>`;
    const label = plainLabel(node.id);
    return (
      `<rect x="${x}" y="${y}" width="${NODE.width}" height="${NODE.height}" rx="6" fill="${fill}" stroke="#70707c"/>` +
      text(16, label.length > 18 ? `${label.slice(0, 17)}…` : label, 11) +
      text(36, shortNumber(valueAt(node, unit)), 14)
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -30 ${width + 16} ${height + 38}" width="${width + 16}" height="${height + 38}" font-family="sans-serif">` +
    `<rect x="-8" y="-30" width="100%" height="100%" fill="#ffffff"/><text y="-12" font-size="14">${escaped(title)}</text>` +
    `<g fill="none" stroke="#a9a9b4">${wires.join("")}</g>${boxes.join("")}</svg>`
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
