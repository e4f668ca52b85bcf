/**
 * The experiments: what a model learns on real data, with the command as anyone would type it.
 *
 *     npm run experiments                      lists them
 *     npm run experiments -- tinyshakespeare   runs one; it writes experiments/results/tinyshakespeare.json
 *
 * They take minutes and need `../shared/data`, so neither `npm test` nor CI runs them.
 */
import { keep } from "../bench/results.ts";
import type { Experiment } from "./experiment.ts";
import { int8 } from "./int8.ts";
import { shapes } from "./shapes/index.ts";
import { tinyshakespeare } from "./tinyshakespeare.ts";

const EXPERIMENTS: Readonly<Record<string, Experiment>> = { tinyshakespeare, int8, shapes };

async function main(): Promise<void> {
  const [name, ...args] = process.argv.slice(2);
  const experiment = Object.hasOwn(EXPERIMENTS, name ?? "") ? EXPERIMENTS[name] : undefined;
  if (!experiment) {
    const rows = Object.entries(EXPERIMENTS).map(
      ([key, { about }]) => `  ${key.padEnd(15)}   ${about}`,
    );
    const unknown = name ? `no experiment "${name}"\n` : "";
    console.error(`${unknown}npm run experiments -- NAME, one of\n${rows.join("\n")}`);
    process.exitCode = name ? 2 : 0;
    return;
  }
  const results = await experiment.run(args);
  keep(new URL(`results/${name}.json`, import.meta.url), results);
}

await main();
