/** What comes from an address, held to what the page's state may be; null for anything else. */
import type { Overrides } from "@cellstate/core";
import { type Json, type PageInput, type PageState, VIEW_IDS } from "./page.ts";

/** What JSON.parse has given is Json; the name says that nothing else is known of it. */
export function asJson(value: unknown): Json {
  return value as Json;
}

export function asInput(value: Json): PageInput | null {
  if (!isRecord(value)) return null;
  const { kind, text, sample } = value;
  if (kind === "text" && typeof text === "string") return { kind, text };
  if (kind === "sample" && isIndex(sample)) return { kind, sample };
  return null;
}

export function asOverrides(value: Json): Overrides | null {
  if (!isRecord(value)) return null;
  const fits = Object.values(value).every(
    (given) =>
      isNumbers(given) ||
      (isRecord(given) &&
        Object.entries(given).every(([unit, each]) => isIndex(Number(unit)) && isNumber(each))),
  );
  return fits ? (value as unknown as Overrides) : null;
}

export function asSelected(value: Json): readonly number[] | null {
  return Array.isArray(value) && value.every(isIndex) ? value : null;
}

/** Views check what they kept themselves; here only that it is theirs. */
export function asOwn(value: Json): PageState["own"] | null {
  if (!isRecord(value)) return null;
  const ids: readonly string[] = VIEW_IDS;
  return Object.keys(value).every((id) => ids.includes(id)) ? value : null;
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isIndex(value: Json | undefined): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= 0 && value < 1e9;
}

function isNumbers(value: Json): value is readonly number[] {
  return Array.isArray(value) && value.every(isNumber);
}
