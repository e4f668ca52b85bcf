/**
 * All that the page's server has to give, read into memory before it begins: a request can only name one of these. So no path of a request ever
 * comes near the file system.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

export interface SiteFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** By the path of the address, `/index.html`. */
export type Site = ReadonlyMap<string, SiteFile>;

/** The model that the page opens on. */
export interface GivenModel {
  /** As the file is called. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
const ANY_TYPE = "application/octet-stream";

/** Where the given model is, beside the page's own. */
const MODEL_PATH = "given/model.safetensors";

export function siteOf(folder: string, model: GivenModel | null): Site {
  const site = new Map<string, SiteFile>();
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const path = join(name.parentPath, name.name);
    const address = path.slice(folder.length).replaceAll("\\", "/");
    site.set(address, { type: TYPES[extname(path)] ?? ANY_TYPE, bytes: readFileSync(path) });
  }
  const page = site.get("/index.html");
  if (!page) throw new RangeError(`${folder}: no index.html`);
  if (model !== null) {
    site.set(`/${MODEL_PATH}`, { type: ANY_TYPE, bytes: model.bytes });
    site.set("/index.html", { ...page, bytes: withModel(page.bytes, model.name) });
  }
  site.set("/", site.get("/index.html") ?? page);
  return site;
}

/** The page with the word that a model was given, so that it need not ask. */
function withModel(page: Uint8Array, name: string): Uint8Array {
  const told = `<meta name="cellstate-model" content="${MODEL_PATH}" data-name="${escaped(name)}" />`;
  const text = new TextDecoder().decode(page).replace("</head>", () => `${told}</head>`);
  return new TextEncoder().encode(text);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
