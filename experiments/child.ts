/** One run in a process of its own: see `inChild` of runner.ts. */
import { PAPERS } from "./papers/index.ts";
import type { Answer, Order } from "./runner.ts";

process.on("disconnect", () => process.exit(1));
// A terminal tells Ctrl-C to all its processes; the parent decides.
process.on("SIGINT", () => {});

process.once("message", async ({ task: name, settings }: Order) => {
  const answer = (one: Answer, then = () => {}) => process.send?.(one, then);
  const end = () => process.exit(0);
  try {
    const task = PAPERS.find((one) => one.name === name);
    if (!task) throw new Error(`no experiment "${name}"`);
    answer({ result: await task.run(settings, (said) => answer({ said })) }, end);
  } catch (error) {
    answer({ failure: error instanceof Error ? error.message : String(error) }, end);
  }
});
