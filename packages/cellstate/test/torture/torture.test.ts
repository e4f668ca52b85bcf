/** A tenth of `npm run torture`. */
import { expect, test } from "vitest";
import { ownFolder } from "../files/support.ts";
import { tortureFiles } from "./tortureFiles.ts";
import { tortureKills } from "./tortureKills.ts";

test("1,000 damaged files are refused in one line or are harmless, at once and in little memory", async () => {
  const { faults, refused, taken } = await tortureFiles(1_000, 2);
  expect(faults).toEqual([]);
  expect(refused + taken).toBe(1_000);
}, 60_000);

test("a run that is killed ten times ends with the weights of one that was not, bit for bit", async () => {
  const { faults, kills } = await tortureKills(10, 2, ownFolder());
  expect(faults).toEqual([]);
  expect(kills).toBe(10);
}, 120_000);
