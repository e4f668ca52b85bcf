/** Writes SVG: elements as text, numbers short, whatever a person's text holds escaped. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** @param content Elements, already written. */
export function element(name: string, attributes: Attributes, content = ""): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    text += ` ${key}="${typeof value === "number" ? short(value) : escaped(value)}"`;
  }
  return content === "" ? `${text}/>` : `${text}>${content}</${name}>`;
}

/** A line of text; spaces in it stay. */
export function textAt(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escaped(text));
}

/** At most two decimals: a hundredth of a pixel is not seen. */
export function short(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

/** Text for XML 1.0: what it has no way to write becomes U+FFFD. */
export function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it takes out
      .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\u{fffd}")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}

export const SANS = "Helvetica, Arial, DejaVu Sans, sans-serif";
export const MONO = "Menlo, Consolas, DejaVu Sans Mono, monospace";
export const INK = "#222222";
export const FAINT = "#666666";

/** A whole picture on white. */
export function document(width: number, height: number, title: string, content: string): string {
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      "font-family": SANS,
      "font-size": 11,
      fill: INK,
      "xml:space": "preserve",
    },
    element("title", {}, escaped(title)) +
      element("rect", { width, height, fill: "#ffffff" }) +
      content,
  );
  return `${svg}\n`;
}

/** About how wide a text is: no font is at hand. @param size In pixels. */
export function widthOf(text: string, size: number, mono = false): number {
  return text.length * size * (mono ? 0.61 : 0.54);
}

/** The beginning that is about so wide, with `…` where something was cut. */
export function fitText(text: string, width: number, size: number, mono = false): string {
  if (widthOf(text, size, mono) <= width) return text;
  const most = Math.max(1, Math.floor(width / widthOf("x", size, mono)) - 1);
  return `${text
    .slice(0, most)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}
