/** Small data of every kind, by a rule that a network finds in a second, the same each time. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RandomStream, streamKey } from "@cellstate/core";

export const KINDS = ["red", "green", "blue"] as const;

/** A stream of numbers from 0 to below 1. */
function chance(name: string): () => number {
  const stream = new RandomStream(streamKey(7, name));
  return () => stream.integer(1_000_000) / 1_000_000;
}

function pick<T>(next: () => number, of: readonly T[]): T {
  return of[Math.floor(next() * of.length)];
}

/** Numbers around a middle for each kind, and a column of words; some numbers are missing. */
export function kindRows(count = 120): string {
  const next = chance("rows");
  const lines = Array.from({ length: count }, (_, i) => {
    const at = i % 3;
    const near = (): string => (4 * at + next()).toFixed(3);
    return `${near()},${i % 17 === 0 ? "" : near()},${pick(next, ["old", "new"])},${KINDS[at]}`;
  });
  return `width,height,state,kind\n${lines.join("\n")}\n`;
}

/** price = 3 · size + 50 for new ones. */
export function priceRows(count = 120): string {
  const next = chance("prices");
  const lines = Array.from({ length: count }, () => {
    const size = 10 + 90 * next();
    const state = pick(next, ["old", "new"]);
    return `${size.toFixed(2)},${state},${(3 * size + (state === "new" ? 50 : 0)).toFixed(2)}`;
  });
  return `size,state,price\n${lines.join("\n")}\n`;
}

/** Good things and bad ones. */
export function reviews(count = 90): string {
  const next = chance("reviews");
  const lines = Array.from({ length: count }, (_, i) => {
    const good = i % 2 === 0;
    const word = pick(next, good ? ["good", "lovely", "great"] : ["bad", "awful", "poor"]);
    return `a ${word} ${pick(next, ["cup", "plate", "spoon"])} number ${i},${good ? "yes" : "no"}`;
  });
  return `review,sentiment\n${lines.join("\n")}\n`;
}

/** A word and the same turned round. */
export function turnedPairs(count = 120): string {
  const next = chance("pairs");
  const seen = new Set<string>();
  while (seen.size < count) {
    seen.add(
      Array.from({ length: 2 + Math.floor(3 * next()) }, () => pick(next, [..."abcd"])).join(""),
    );
  }
  return [...seen].map((word) => `${word}\t${[...word].reverse().join("")}x`).join("\n");
}

/** V for a vowel, N for what stands before one, C for all others. */
export function taggedWords(count = 120): string {
  const next = chance("tags");
  const lines = Array.from({ length: count }, () => {
    const letters = Array.from({ length: 3 + Math.floor(5 * next()) }, () =>
      pick(next, [..."abcde"]),
    );
    const isVowel = (letter: string | undefined): boolean => letter === "a" || letter === "e";
    const tags = letters.map((letter, i) =>
      isVowel(letter) ? "V" : isVowel(letters[i + 1]) ? "N" : "C",
    );
    return `${letters.join("")}\t${tags.join("")}`;
  });
  return `${lines.join("\n")}\n`;
}

/** Waves of three lengths, in the format of the UCR archive. */
export function waves(count = 60): string {
  const next = chance("waves");
  const lines = Array.from({ length: count }, (_, i) => {
    const length = 3 + (i % 3) * 3;
    const steps = 10 + Math.floor(6 * next());
    const start = next();
    const of = (shift: number): string =>
      Array.from({ length: steps }, (__, t) =>
        Math.sin(2 * Math.PI * (t / length + start + shift)).toFixed(4),
      ).join(",");
    return `${of(0)}:${of(0.25)}:${KINDS[i % 3]}`;
  });
  const head = `@problemName waves\n@timeStamps false\n@univariate false\n@dimensions 2\n@equalLength false`;
  return `${head}\n@classLabel true ${KINDS.join(" ")}\n@data\n${lines.join("\n")}\n`;
}

/** A day's round with a little chance, an hour a row; some values are missing. */
export function hourly(days = 20): string {
  const next = chance("hours");
  const lines = Array.from({ length: 24 * days }, (_, hour) => {
    const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 16).replace("T", " ");
    const value = 50 + 20 * Math.sin((2 * Math.PI * hour) / 24) + 4 * next();
    return `${time},${hour % 50 === 49 ? "" : value.toFixed(2)},${(10 * next()).toFixed(1)}`;
  });
  return `time,load,wind\n${lines.join("\n")}\n`;
}

/** A folder of names, a file a kind. */
export function names(folder: string): void {
  mkdirSync(folder);
  const next = chance("names");
  for (const [kind, letters] of [
    ["North", "aeks"],
    ["South", "ouml"],
  ] as const) {
    const lines = Array.from({ length: 60 }, (_, i) => {
      const word = Array.from({ length: 4 + Math.floor(3 * next()) }, () =>
        pick(next, [...letters]),
      );
      return `${word.join("")}${letters[i % 4]}`;
    });
    writeFileSync(join(folder, `${kind}.txt`), `${lines.join("\n")}\n`);
  }
}
