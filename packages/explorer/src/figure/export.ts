/** A picture as a file: SVG, PNG, CSV, JSON. */
import type { FigureSource, FigureTable } from "./source.ts";

export const FORMATS = ["svg", "png", "csv", "json"] as const;
export type FigureFormat = (typeof FORMATS)[number];

/** Lets the browser save the file. @returns what was done, to be said. */
export async function exportFigure(figure: FigureSource, format: FigureFormat): Promise<string> {
  const name = `${figure.name}.${format}`;
  const blob = await blobOf(figure, format);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Some browsers begin to read it only after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return `${name}, ${Math.ceil(blob.size / 1000)} KB`;
}

async function blobOf(figure: FigureSource, format: FigureFormat): Promise<Blob> {
  switch (format) {
    case "svg":
      return new Blob([figure.svg()], { type: "image/svg+xml" });
    case "png":
      return pngOf(figure.svg());
    case "csv":
      return new Blob([csvOf(figure.table())], { type: "text/csv" });
    case "json":
      return new Blob([JSON.stringify(recordsOf(figure.table()))], { type: "application/json" });
  }
}

/** RFC 4180. */
export function csvOf({ columns, rows, cell }: FigureTable): string {
  const lines = [columns.map(quoted).join(",")];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map((_, column) => quoted(String(cell(row, column)))).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function recordsOf({ columns, rows, cell }: FigureTable): Record<string, string | number>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map((name, column) => [name, cell(row, column)])),
  );
}

/** Twice as fine as the SVG's own size. */
async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(2 * image.width, 2 * image.height);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/png" });
  } finally {
    URL.revokeObjectURL(url);
  }
}
