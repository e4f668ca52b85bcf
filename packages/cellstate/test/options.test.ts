import { describe, expect, test } from "vitest";
import { listed, type NumberKindName, parseNumber } from "../src/options.ts";
import { PRESETS } from "../src/presets.ts";
import { DEFAULTS, mergeSettings } from "../src/run/settings.ts";

describe("a number on the command line", () => {
  test.each([
    ["positiveInteger", "128", 128],
    ["positiveInteger", "1e3", 1000],
    ["integer", "0", 0],
    ["positive", ".5", 0.5],
    ["positive", "2e-3", 0.002],
    ["notNegative", "0", 0],
    ["share", "0.05", 0.05],
    ["probability", "1", 1],
  ] as const)("%s %s is %d", (kind, text, value) => {
    expect(parseNumber("--n", text, kind)).toBe(value);
  });

  test.each<[NumberKindName, string]>([
    ["positiveInteger", "abc"],
    ["positiveInteger", "0"],
    ["positiveInteger", "1.5"],
    ["positiveInteger", "0x10"],
    ["positiveInteger", ""],
    ["positiveInteger", " 5"],
    ["positiveInteger", "1e99"],
    ["integer", "-1"],
    ["positive", "0"],
    ["positive", "Infinity"],
    ["notNegative", "-0.1"],
    ["share", "1"],
    ["probability", "0"],
  ])("%s refuses %j", (kind, text) => {
    expect(() => parseNumber("--n", text, kind)).toThrow(/^--n .*: expected an? /);
  });

  test("says which option, what came and what was wanted", () => {
    expect(() => parseNumber("--hidden-size", "abc", "positiveInteger")).toThrow(
      "--hidden-size abc: expected a positive integer",
    );
  });
});

test("names are listed as one says them", () => {
  expect(listed(["a", "b", "c"])).toBe("a, b or c");
});

describe("settings", () => {
  test("are the defaults where nothing is said", () => {
    expect(mergeSettings({}, {})).toEqual(DEFAULTS);
  });

  test("a length that is typed takes the place of a preset's", () => {
    const settings = mergeSettings(PRESETS["char-rnn"].settings, { steps: 20 });
    expect([settings.epochs, settings.steps, settings.minutes]).toEqual([null, 20, null]);
  });

  test("clipping that is typed takes the place of the other kind", () => {
    const settings = mergeSettings({ clipValue: 5 });
    expect([settings.clipNorm, settings.clipValue]).toEqual([null, 5]);
  });

  test("an optimizer brings its own rate, but not over one that is typed with it", () => {
    expect(mergeSettings({ optimizer: "sgd" }).learningRate).toBe(1);
    expect(mergeSettings({ optimizer: "sgd", learningRate: 0.3 }).learningRate).toBe(0.3);
  });

  test("char-rnn's are those of its train.lua", () => {
    expect(mergeSettings(PRESETS["char-rnn"].settings)).toMatchObject({
      hiddenSize: 128,
      layers: 2,
      window: 50,
      batchSize: 50,
      optimizer: "rmsprop",
      learningRate: 0.002,
      alpha: 0.95,
      schedule: "step:0.97:1:10",
      clipValue: 5,
      clipNorm: null,
      init: "uniform:0.08",
      forgetBias: 1,
      dropout: 0,
    });
  });
});
