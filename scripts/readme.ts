/**
 * Writes the parts of README.md that are results: between `<!-- name: begin … -->` and `<!-- name: end -->`, from bench/results/.
 *
 *     npm run readme               writes them
 *
 * `test/readme.test.ts` holds the README to the results, so no figure in it is typed by hand.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Results, Row } from "../bench/run.ts";

const readme = new URL("../README.md", import.meta.url);
const results = (name: string) => new URL(`../bench/results/${name}`, import.meta.url);

/** What stands in each part; null where there are no results yet, which leaves the part empty. */
const PARTS: Readonly<Record<string, () => string | null>> = {
  w1: () => {
    const file = results("w1.json");
    return existsSync(file) ? w1Table(JSON.parse(readFileSync(file, "utf8"))) : null;
  },
  recording: () => {
    const file = results("start.txt");
    return existsSync(file) ? `\`\`\`\n${readFileSync(file, "utf8").trimEnd()}\n\`\`\`` : null;
  },
};

/** The README with every part written anew. */
export function rendered(text: string): string {
  return text.replace(
    /(<!-- (\w+): begin[^>]*-->\n)[\s\S]*?(<!-- \2: end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const part = PARTS[name]?.();
      return begin + (part ? `\n${part}\n\n` : "") + end;
    },
  );
}

/** A row a group, the fastest of it, by the median; all times beside PyTorch's. */
function w1Table({ rows, date, machine, node, pinned, command }: Results): string {
  const best = new Map<string, Row>();
  for (const row of [...rows].sort((a, b) => a.ms.median - b.ms.median)) {
    if (!best.has(row.group)) best.set(row.group, row);
  }
  const yardstick = best.get("PyTorch");
  const lines = [...best.values()].map(({ group, version, note, ms, maxRssMb }) => {
    const times = yardstick ? (ms.median / yardstick.ms.median).toFixed(1) : "";
    const named = group === "cellstate" ? "**cellstate**" : `${group} ${version}`;
    const spread = `${figure(ms.minimum)}–${figure(ms.maximum)}`;
    return `| ${named} (${note}) | ${figure(ms.median)} | ${spread} | ${times} | ${maxRssMb} |`;
  });
  return `| | median, ms | from–to | × PyTorch | peak memory, MB |
| --- | ---: | ---: | ---: | ---: |
${lines.join("\n")}

\`${command}\`, ${date}: ${machine}, Node ${node.replace(/^v/, "")}; ${rows[0].rounds.length} fresh processes each in alternating order${
    pinned ? ", each held to one core" : ""
  }; of several builds or formulations the fastest. Every program but brain.js first has to reach the same losses
from the same weights. All figures: [bench/results/w1.json](bench/results/w1.json).`;
}

const figure = (ms: number) => (ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en"));

if (import.meta.main) writeFileSync(readme, rendered(readFileSync(readme, "utf8")));
