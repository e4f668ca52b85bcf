/** The four shapes from outside: train, predict and eval of every task, and what a run leaves when it is stopped. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cellstate, inFolder } from "./support/command.ts";
import {
  hourly,
  kindRows,
  names,
  priceRows,
  reviews,
  taggedWords,
  turnedPairs,
  waves,
} from "./support/madeUp.ts";

type Json = Record<string, unknown>;

/** Runs a command that must succeed, and reads the one object that it prints. */
async function json(folder: string, ...args: string[]): Promise<{ told: Json; stderr: string }> {
  const { code, stdout, stderr } = await cellstate([...args, "--json"], { cwd: folder });
  expect([code, stdout.trimEnd().split("\n").length], `${args.join(" ")}: ${stderr}`).toEqual([
    0, 1,
  ]);
  return { told: JSON.parse(stdout), stderr };
}

const SMALL = ["--hidden-size", "16", "--engine", "wasm", "--threads", "1"];

interface Case {
  readonly task: string;
  readonly shape: string;
  readonly file: string;
  write(path: string): void;
  readonly options: readonly string[];
  /** What it is taken for, as standard error says. */
  readonly seen: string;
  /** Of `eval --json`: this figure is on the right side of this bound. */
  readonly judged: readonly [figure: string, most: number | null, least: number | null];
  readonly first: Json;
}

const text = (content: string) => (path: string) => writeFileSync(path, content);

const CASES: readonly Case[] = [
  {
    task: "row-classification",
    shape: "vec2vec",
    file: "kinds.csv",
    write: text(kindRows()),
    options: ["--epochs", "20"],
    seen: "kinds.csv: 120 rows of 4 columns, target kind: 3 classes → row-classification; --task to change",
    judged: ["accuracy", null, 0.95],
    first: { row: 1, label: "red" },
  },
  {
    task: "row-regression",
    shape: "vec2vec",
    file: "prices.csv",
    write: text(priceRows()),
    options: ["--epochs", "60", "--target", "price"],
    seen: "prices.csv: 120 rows of 3 columns, target price: a number → row-regression; --task to change",
    judged: ["rmse", 15, null],
    first: { row: 1 },
  },
  {
    task: "text-classification",
    shape: "seq2vec",
    file: "reviews.csv",
    write: text(reviews()),
    options: ["--epochs", "25", "--embedding-size", "8"],
    seen: "reviews.csv: 90 texts in `review`, 2 labels in `sentiment` → text-classification; --task to change",
    judged: ["accuracy", null, 0.95],
    first: { label: "yes" },
  },
  {
    task: "sequence-classification",
    shape: "seq2vec",
    file: "waves.ts",
    write: text(waves()),
    options: ["--epochs", "30"],
    seen: "waves.ts: 60 sequences of 2 channels and 10–15 steps, 3 labels → sequence-classification; --task to change",
    judged: ["accuracy", null, 0.9],
    first: { sequence: 1, label: "red" },
  },
  {
    task: "transduction",
    shape: "seq2seq",
    file: "turned.tsv",
    write: text(turnedPairs()),
    options: ["--epochs", "40", "--embedding-size", "8"],
    seen: "turned.tsv: 120 pairs of texts with a tab between → transduction; --task to change",
    judged: ["characterErrorRate", 0.4, null],
    first: {},
  },
  {
    task: "tagging",
    shape: "seq2seq",
    file: "tags.tsv",
    write: text(taggedWords()),
    options: ["--epochs", "20"],
    seen: "tags.tsv: 120 pairs of texts with a tab between, the second side a tag for each letter or word of the first → tagging; --task to change",
    judged: ["accuracy", null, 0.95],
    first: {},
  },
  {
    task: "generation",
    shape: "vec2seq",
    file: "names",
    write: names,
    options: ["--epochs", "5", "--task", "generation"],
    seen: "names: 120 texts, 2 labels → generation",
    judged: ["loss", 2.1, null],
    first: { from: "North" },
  },
];

describe.each(CASES)("$task", ({ task, shape, file, write, options, seen, judged, first }) => {
  test("is seen, learnt, predicted and judged", async () => {
    await inFolder(async (folder) => {
      write(join(folder, file));
      const { told: trained, stderr } = await json(folder, "train", file, ...options, ...SMALL);
      expect(stderr.split("\n")[0]).toBe(seen);
      expect(trained).toMatchObject({ task, shape, engine: "wasm", finished: true });
      expect(trained.test, "metrics of the test part").toMatchObject({ task });
      const model = String(trained.model);
      const { told: answered } = await json(folder, "predict", model, file);
      const predictions = answered.predictions as Json[];
      expect(predictions[0]).toMatchObject(first);
      const { told: figures } = await json(folder, "eval", model, file);
      const [figure, most, least] = judged;
      const value = Number(figures[figure]);
      if (most !== null) expect(value).toBeLessThan(most);
      if (least !== null) expect(value).toBeGreaterThan(least);
      const [low, high] = (figures.intervals as Record<string, [number, number]>)[figure];
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      const { told: info } = await json(folder, "info", model);
      expect(info).toMatchObject({ task, shape, parameters: trained.parameters });
    });
  });
});

test("a forecaster says what it is measured against, and predicts a table, a plot and a picture", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "load.csv"), hourly());
    const { told, stderr } = await json(
      folder,
      ...["train", "load.csv", "--horizon", "6", "--history", "24", "--epochs", "8", ...SMALL],
    );
    expect(stderr).toContain(
      "load.csv: 480 rows, hourly, target load → forecasting; --task to change",
    );
    expect(stderr).toContain("missing of 480 steps: 9 of `load`");
    const figures = told.test as Record<string, number>;
    expect(stderr).toMatch(/it (beats|does NOT beat) the last/);
    expect(figures.rmse).toBeLessThan(figures.naiveRmse);
    expect(Object.keys(figures)).toEqual(
      expect.arrayContaining([
        "rmse",
        "mae",
        "mase",
        "naiveRmse",
        "seasonalRmse",
        "pinball",
        "coverage",
      ]),
    );
    const { told: forecast } = await json(folder, "predict", "load.safetensors", "load.csv");
    expect(forecast).toMatchObject({
      target: "load",
      times: ["2024-01-21", ...[1, 2, 3, 4, 5].map((hour) => `2024-01-21 0${hour}:00`)],
    });
    const bands = forecast.bands as Record<string, number[]>;
    expect(Object.keys(bands)).toEqual(["0.1", "0.5", "0.9"]);
    for (let h = 0; h < 6; h++) expect(bands["0.1"][h]).toBeLessThanOrEqual(bands["0.9"][h]);
    const shown = await cellstate(["predict", "load.safetensors", "load.csv"], { cwd: folder });
    expect(shown.stdout).toContain("load, 6 steps ahead, ░ 80 % band");
    expect(shown.stdout).toContain("time              mean");
    for (const name of ["f.svg", "f.png", "f.csv"]) {
      const out = await cellstate(["predict", "load.safetensors", "load.csv", "--out", name], {
        cwd: folder,
      });
      expect(out.code, out.stderr).toBe(0);
    }
    expect(readFileSync(join(folder, "f.svg"), "utf8")).toMatch(/^<svg /);
    expect(readFileSync(join(folder, "f.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(readFileSync(join(folder, "f.csv"), "utf8")).toMatch(
      /^time,mean,q10,q50,q90\n2024-01-21,/,
    );
    const { told: judged } = await json(folder, "eval", "load.safetensors", "load.csv");
    expect(Number(judged.rmse)).toBeLessThan(Number(judged.naiveRmse));
  });
});

test("a network's run that was stopped ends, gone on with, byte for byte as if it had never stopped", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "turned.tsv"), turnedPairs(300));
    const long = [
      ...["train", "turned.tsv", "--epochs", "60", ...SMALL, "--batch-size", "8"],
      ...["--patience", "1000", "--scheduled-sampling", "0.2", "--dropout", "0.1"],
    ];
    const whole = await cellstate([...long, "--out", "whole.safetensors"], { cwd: folder });
    expect(whole.code, whole.stderr).toBe(0);
    const stopped = await cellstate(long, {
      cwd: folder,
      meanwhile: (child) => {
        const stop = setInterval(() => {
          if (!existsSync(join(folder, "turned.checkpoint.safetensors"))) return;
          clearInterval(stop);
          child.kill("SIGINT");
        }, 20);
      },
    });
    expect(stopped.stderr).toContain(
      "turned.safetensors predicts as it learnt so far. Go on: cellstate train turned.tsv --resume",
    );
    expect(stopped.code).toBe(130);
    const resumed = await cellstate(["train", "turned.tsv", "--resume"], { cwd: folder });
    expect(resumed.stderr).toMatch(/going on from turned\.checkpoint\.safetensors at step [1-9]/);
    const [expected, model] = ["whole", "turned"].map((name) =>
      readFileSync(join(folder, `${name}.safetensors`)),
    );
    expect(model.equals(expected)).toBe(true);
    const other = await cellstate(["train", "turned.tsv", "--resume", "--layers", "2"], {
      cwd: folder,
    });
    expect(other.stderr).toBe(
      "cellstate: --layers 2: the run in turned.checkpoint.safetensors began without; leave the option out, or train anew without --resume\n",
    );
    writeFileSync(join(folder, "turned.tsv"), turnedPairs(200));
    const changed = await cellstate(["train", "turned.tsv", "--resume"], { cwd: folder });
    expect(changed.stderr).toContain(
      "that run learnt from turned.tsv, and what is read now differs",
    );
    expect([other.code, changed.code]).toEqual([2, 1]);
  });
}, 60_000);

test("a file of one's own is tested on, and an earlier run's files are kept", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "kinds.csv"), kindRows());
    writeFileSync(join(folder, "more.csv"), kindRows(30));
    const train = ["train", "kinds.csv", "--epochs", "5", "--test", "more.csv", ...SMALL];
    const { told, stderr: first } = await json(folder, ...train);
    expect(told.test).toMatchObject({ examples: 30 });
    expect(first).toContain(" to choose the best by; 30 of more.csv to test it in the end\n");
    const { stderr } = await json(folder, ...train);
    expect(stderr).toContain("kept the earlier run's files as kinds.1.safetensors");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

test("predict and eval say what the model does not know", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "kinds.csv"), kindRows());
    await json(folder, "train", "kinds.csv", "--epochs", "1", ...SMALL);
    writeFileSync(join(folder, "new.csv"), kindRows(9).replaceAll(",old,", ",broken,"));
    const told =
      /^missing, or of a category that the model does not know: 1 of `height`, \d of `state`\n$/;
    for (const command of ["predict", "eval"]) {
      const { stderr } = await json(folder, command, "kinds.safetensors", "new.csv");
      expect(stderr).toMatch(told);
    }
  });
});

test("predictions that are broken off leave no file", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "kinds.csv"), kindRows());
    await json(folder, "train", "kinds.csv", "--epochs", "1", ...SMALL);
    writeFileSync(join(folder, "long.csv"), kindRows(400_000));
    const before = readdirSync(folder);
    const { code } = await cellstate(
      ["predict", "kinds.safetensors", "long.csv", "--out", "answers.csv"],
      {
        cwd: folder,
        meanwhile: (child) => {
          const stop = setInterval(() => {
            const begun = readdirSync(folder).find((name) => name.endsWith(".tmp"));
            // One byte is written before, to see whether the folder takes it.
            const { size = 0 } =
              statSync(join(folder, begun ?? "none"), { throwIfNoEntry: false }) ?? {};
            if (size < 2) return;
            clearInterval(stop);
            child.kill("SIGTERM");
          }, 5);
        },
      },
    );
    expect(code).toBe(143);
    expect(readdirSync(folder)).toEqual(before);
  });
}, 60_000);

test("labels with line breaks and terminal codes stay within their line", async () => {
  await inFolder(async (folder) => {
    const odd = kindRows().replaceAll(/,red$/gm, ',"red\nand \u001b[2J"');
    writeFileSync(join(folder, "kinds.csv"), odd);
    const { stderr } = await json(folder, "train", "kinds.csv", "--epochs", "1", ...SMALL);
    expect(stderr).toContain("test, 12 examples: ");
    expect(stderr).not.toContain("\u001b");
    expect(stderr).toMatch(/"?red and \ufffd\[2J/);
  });
});

test("a model writes from a label, the same for the same seed", async () => {
  await inFolder(async (folder) => {
    names(join(folder, "names"));
    await json(folder, "train", "names", "--task", "generation", "--epochs", "3", ...SMALL);
    const write = (...more: string[]) =>
      cellstate(["generate", "names.safetensors", "--from", "South", "--count", "4", ...more], {
        cwd: folder,
      });
    const [first, again, other] = [
      await write("--seed", "1"),
      await write("--seed", "1"),
      await write("--seed", "2"),
    ];
    expect(first.stdout.trimEnd().split("\n")).toHaveLength(4);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
    const near = await cellstate(["generate", "names.safetensors", "--from", "south"], {
      cwd: folder,
    });
    expect([near.code, near.stderr]).toEqual([2, "cellstate: --from south: did you mean South?\n"]);
  });
});

test("a text's prediction carries where each token was looked for, rows that sum to 1", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "turned.tsv"), turnedPairs());
    await json(folder, "train", "turned.tsv", "--epochs", "1", ...SMALL);
    const { told } = await json(folder, "predict", "turned.safetensors", "--text", "abc");
    const [{ attention }] = told.predictions as { attention: Record<string, unknown[]> }[];
    expect(attention.source).toHaveLength(4);
    expect(attention.source.slice(0, 3)).toEqual(["a", "b", "c"]);
    expect(attention.weights).toHaveLength(attention.target.length);
    for (const row of attention.weights as number[][]) {
      expect(row).toHaveLength(4);
      // Each is rounded to six figures.
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
    }
  });
});

test("a row's answer is a column of the target's name", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "kinds.csv"), kindRows());
    writeFileSync(join(folder, "prices.csv"), priceRows());
    for (const [name, columns, ...more] of [
      ["kinds", "row,kind,probability"],
      ["prices", "row,price", "--target", "price"],
    ]) {
      await json(folder, "train", `${name}.csv`, "--epochs", "1", ...more, ...SMALL);
      const model = `${name}.safetensors`;
      await json(folder, "predict", model, `${name}.csv`, "--out", "answers.csv");
      expect(readFileSync(join(folder, "answers.csv"), "utf8").split("\n")[0]).toBe(columns);
    }
  });
});

test("a forecaster of a short series says that its bands are not calibrated, and is measured by no season that it has not seen", async () => {
  await inFolder(async (folder) => {
    const hours = hourly(2).split("\n").slice(0, 23).join("\n");
    writeFileSync(join(folder, "load.csv"), `${hours}\n`);
    const args = ["train", "load.csv", "--horizon", "2", "--history", "3", "--epochs", "1"];
    const { told, stderr } = await json(folder, ...args, ...SMALL);
    expect(stderr).toContain(
      "the bands are not calibrated: that takes 50 windows to choose the best by, and here are 1; trust them less",
    );
    expect(told.test).toHaveProperty("naiveRmse");
    expect(told.test).not.toHaveProperty("seasonalRmse");
    expect(stderr).toContain("forecasts, which is few)");
    expect(stderr).not.toContain("season");
    const predicted = await json(folder, "predict", "load.safetensors", "load.csv");
    expect(predicted.stderr).toContain(
      "the bands are not calibrated: fewer than 50 windows were held out to do it by; trust them less",
    );
  });
});
