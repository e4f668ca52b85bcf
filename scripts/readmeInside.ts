/** The README's lines on looking inside: what tracing costs, and what the papers' experiments found. */
import { existsSync, readFileSync } from "node:fs";
import type { Circumstances } from "../bench/results.ts";
import { aimsText, type Summary } from "../experiments/report.ts";

const root = new URL("../", import.meta.url);

/** Of bench/trace.ts. */
interface TraceCost extends Circumstances {
  readonly command: string;
  readonly rows: readonly {
    readonly engine: string;
    readonly times: number;
    readonly traceMb: number;
    readonly extraMb: number;
  }[];
}

/** Null where nobody has measured yet. */
export function insideText(): string | null {
  const cost = read<TraceCost>("bench/results/trace.json");
  const summary = read<Summary>("experiments/results/papers.json");
  const parts = [cost && costText(cost), summary && summaryText(summary)];
  const text = parts.filter((part) => part !== null).join("\n\n");
  return text === "" ? null : text;
}

function read<T>(path: string): T | null {
  const file = new URL(path, root);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

function costText({ rows, command, date, machine }: TraceCost): string {
  const times = rows.map((row) => `${row.times.toFixed(2)} on ${row.engine}`).join(", ");
  const most = Math.max(...rows.map((row) => row.extraMb));
  const [{ traceMb }] = rows;
  return `Tracing every signal of 2,000 characters in a 2 × 512 LSTM takes as long as reading them times ${times}, and at most ${Math.round(most)} MB beside the
trace itself, ${Math.round(traceMb)} MB (\`${command}\`, ${date}: ${machine}).`;
}

function summaryText({ experiments }: Summary): string {
  const aims = aimsText(experiments.map(({ verdicts }) => verdicts));
  const pictures = experiments
    .filter(({ name }) => name === "vanishing-gradient")
    .flatMap(({ figures }) => figures.slice(0, 1))
    .map((file) => `\n\n![How far back gradients reach](experiments/results/papers/${file})`);
  return `The experiments that made the LSTM's name, repeated with these tools: ${aims}. [Their results](experiments/RESULTS.md), each beside the published
figure and how sure that is, with what failed left in; \`npm run experiments -- all\` does them again.${pictures.join("")}`;
}
