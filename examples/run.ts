/**
 * Runs an example by its name.
 *
 *     npm run example -- seq2seq [--quick]
 */
import { EXAMPLES } from "./names.ts";

// Whoever reads has seen enough: `npm run example -- seq2vec | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const [name] = process.argv.slice(2).filter((each) => !each.startsWith("--"));
if (name !== undefined && EXAMPLES.includes(name)) {
  await import(`./${name}.ts`);
} else {
  const what = name === undefined ? "" : `no example "${name}"; `;
  console.error(`${what}npm run example -- NAME [--quick], NAME one of ${EXAMPLES.join(", ")}`);
  process.exitCode = 2;
}
