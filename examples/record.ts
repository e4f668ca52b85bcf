/**
 * Runs every example and writes into README.md beside it what each prints and how long it takes.
 *
 *     node examples/record.ts
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { EXAMPLES } from "./names.ts";

const readme = new URL("README.md", import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

function seconds(run: () => string): { readonly printed: string; readonly time: string } {
  const start = performance.now();
  const printed = run();
  return { printed, time: `${Math.max(1, Math.round((performance.now() - start) / 1000))} s` };
}

const sections = EXAMPLES.map((name) => {
  const { printed, time } = seconds(() =>
    execFileSync(process.execPath, [`examples/${name}.ts`], { cwd: root, encoding: "utf8" }),
  );
  const text = printed.replace(/[ \t]+$/gm, "").trimEnd();
  return `### ${name}, ${time}\n\n\`\`\`\n$ npm run example -- ${name}\n${text}\n\`\`\``;
});
const machine = `${cpus()[0].model.replace(/ \d+-Core.*/, "")}, one core, Node ${process.version.slice(1)}`;
const block = [`Recorded on ${machine}.`, ...sections].join("\n\n");
const [begin, end] = [
  "<!-- recorded: begin (written by node examples/record.ts) -->",
  "<!-- recorded: end -->",
];
const text = readFileSync(readme, "utf8");
const before = text.slice(0, text.indexOf(begin) + begin.length);
const after = text.slice(text.indexOf(end));
writeFileSync(readme, `${before}\n\n${block}\n\n${after}`);
