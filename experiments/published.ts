/** The papers' own figures, each with its source and how sure it is. */
import { readFileSync } from "node:fs";

export interface PublishedFigure {
  readonly id: string;
  readonly what: string;
  readonly value: string;
  readonly source: string;
  readonly certainty: Certainty;
  readonly note?: string;
}

export type Certainty = "verified" | "quoted" | "recalled" | "computed";

/** As a reader is told. */
export const CERTAINTY: Readonly<Record<Certainty, string>> = {
  verified: "verified in the source",
  quoted: "read in a text that quotes it",
  recalled: "recalled, unverified",
  computed: "computed for this project",
};

export const PUBLISHED: readonly PublishedFigure[] = JSON.parse(
  readFileSync(new URL("published.json", import.meta.url), "utf8"),
);

/** @throws Error where there is none of that id. */
export function published(id: string): PublishedFigure {
  const figure = PUBLISHED.find((one) => one.id === id);
  if (!figure) throw new Error(`published.json has no figure "${id}"`);
  return figure;
}

/** `27,380 (recalled, unverified)`: for a cell of a table. */
export function publishedValue(id: string): string {
  const { value, certainty } = published(id);
  return `${value} (${CERTAINTY[certainty]})`;
}
