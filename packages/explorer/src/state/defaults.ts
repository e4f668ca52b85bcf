/** What the page opens on where its address says nothing. */
import type { PageState } from "./page.ts";

export const DEFAULT_PAGE: PageState = {
  view: "tour",
  model: { kind: "built-in", name: "stories" },
  input: { kind: "sample", sample: 0 },
  cursor: { place: 0, unit: 40, step: 0 },
  signal: "h",
  order: "likeness",
  selected: null,
  edits: {},
  own: {},
};
