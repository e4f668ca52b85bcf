/**
 * The four shapes on real data, and the table of what they reach.
 *
 *     npm run experiments -- shapes                    all that have no results yet, then the table
 *     npm run experiments -- shapes --only mnist       one of them
 *     npm run experiments -- shapes --force            again, what has results too
 *     npm run experiments -- shapes --threads 1        on one core; it changes the time, not the figures
 *
 * Each experiment's results are kept in experiments/results/shapes/NAME.json as it finishes, so that a run that was broken off goes on
 * where it stood. The table is experiments/results/shapes.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { circumstances, keep } from "../../bench/results.ts";
import { openEngine } from "../../packages/cellstate/src/engine/open.ts";
import type { Experiment } from "../experiment.ts";
import { missingData, type ShapeExperiment } from "./common.ts";
import { dates } from "./dates.ts";
import { forecasting } from "./forecasting.ts";
import { memory } from "./memory.ts";
import { nameForCountry } from "./nameForCountry.ts";
import { namesByCountry } from "./namesByCountry.ts";
import { japaneseVowels, mnist } from "./sequenceClasses.ts";
import { type KeptResult, shapesTable } from "./table.ts";
import { tagging } from "./tagging.ts";
import { translation } from "./translation.ts";

/** In the order of the table. */
export const SHAPES: readonly ShapeExperiment[] = [
  japaneseVowels,
  mnist,
  namesByCountry,
  tagging,
  forecasting,
  dates,
  translation,
  nameForCountry,
  memory,
];

const RESULTS = new URL("../results/", import.meta.url);

export const shapes: Experiment = {
  about: "the four shapes, each beside its baselines, and the table results/shapes.md; an hour",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        force: { type: "boolean", default: false },
        threads: { type: "string" },
      },
    });
    const { only, force, threads } = values;
    const names = SHAPES.map(({ name }) => name);
    if (only !== undefined && !names.includes(only)) {
      throw new Error(`--only ${only}: no such experiment; there are ${names.join(", ")}`);
    }
    for (const experiment of SHAPES) {
      if (only !== undefined && experiment.name !== only) continue;
      if (!force && existsSync(resultFile(experiment.name))) {
        tell(experiment.name, "has results; --force runs it again");
        continue;
      }
      await runOne(experiment, threads === undefined ? undefined : Number(threads));
      writeTable();
    }
    return writeTable();
  },
};

async function runOne(experiment: ShapeExperiment, threads: number | undefined): Promise<void> {
  const { name, about, data } = experiment;
  const absent = missingData(data);
  if (absent.length > 0) {
    tell(name, `left out: ../shared/data/${absent.join(", ")} is not there`);
    return;
  }
  const before = circumstances();
  const { engine, choice, end } = await openEngine({
    engine: experiment.engine ?? "wasm",
    threads,
  });
  try {
    const result = await experiment.run({
      engine,
      quick: false,
      tell: (line) => tell(name, line),
    });
    const kept: KeptResult = {
      experiment: name,
      about,
      command: `npm run experiments -- shapes --only ${name}`,
      ...before,
      engine: choice,
      ...result,
    };
    keep(resultFile(name), kept);
  } finally {
    end();
  }
}

/** Writes the Markdown of all results there are. @returns the same as JSON */
function writeTable(): object {
  const has = ({ name }: ShapeExperiment) => existsSync(resultFile(name));
  const results = SHAPES.filter(has).map(
    ({ name }): KeptResult => JSON.parse(readFileSync(resultFile(name), "utf8")),
  );
  const missing = SHAPES.filter((experiment) => !has(experiment)).map(({ name }) => name);
  writeFileSync(new URL("shapes.md", RESULTS), shapesTable(results, missing));
  return {
    question: "What do the four shapes reach on real data, beside their baselines?",
    command: "npm run experiments -- shapes",
    experiments: results.map(({ experiment, rows }) => ({ experiment, rows })),
    missing,
  };
}

function resultFile(name: string): URL {
  return new URL(`shapes/${name}.json`, RESULTS);
}

function tell(name: string, line: string): void {
  process.stderr.write(`${name}: ${line}\n`);
}
