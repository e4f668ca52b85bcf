/** For runner.test.ts: keeps the first of four runs in the folder named, says when the second has begun, and never ends it. */
import { doAndKeep, missingWork } from "../../experiments/runner.ts";
import type { PaperTask } from "../../experiments/task.ts";

const task: PaperTask<{ readonly seed: number; readonly rate: number }, number> = {
  ...{ name: "squares", title: "Squares", about: "", source: "", criterion: "", published: [] },
  runs: () => [0, 1, 2, 3].map((seed) => ({ key: `seed ${seed}`, settings: { seed, rate: 1 } })),
  async run({ seed }) {
    if (seed > 0) {
      process.stdout.write("begun\n");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    return seed * seed;
  },
  report: () => ({ verdicts: [], tables: [], figures: [], notes: [] }),
};

const folder = new URL(process.argv[2]);
await doAndKeep(missingWork([task], folder, null), {
  ...{ folder, seeds: null, jobs: 1, signal: new AbortController().signal },
  execute: ({ task: one, run }, say) => one.run(run.settings, say),
  watcher: { began() {}, said() {}, ended() {} },
});
