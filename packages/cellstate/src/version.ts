/** The package's own version, from its description. */
import { readFileSync } from "node:fs";

const description: unknown = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

export const VERSION =
  typeof description === "object" && description !== null && "version" in description
    ? String(description.version)
    : "unknown";
