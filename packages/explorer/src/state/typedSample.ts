/** A built-in model's example as a person would type it. */
import type { Json } from "./page.ts";

/** Null for what nobody types. */
export function typedSample(sample: Json | undefined): string | null {
  if (typeof sample === "string") return sample;
  if (typeof sample !== "object" || sample === null || Array.isArray(sample)) return null;
  const { steps, values } = sample as { readonly [key: string]: Json };
  if (typeof steps === "number" && Array.isArray(values)) {
    const width = values.length / steps;
    const line = (_: unknown, t: number) => values.slice(t * width, (t + 1) * width).join(" ");
    return Array.from({ length: steps }, line).join("\n");
  }
  const fields = Object.entries(sample);
  if (!fields.every(([, value]) => typeof value === "number" || typeof value === "string")) {
    return null;
  }
  return `${fields.map(([name]) => name).join(",")}\n${fields.map(([, value]) => value).join(",")}`;
}
