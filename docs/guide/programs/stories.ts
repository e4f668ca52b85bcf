/**
 * Writes the guide's little stories: in each somebody says a name, perhaps a brother's too, and is asked for them later.
 *
 *     npx node docs/guide/programs/stories.ts 20000 names/stories.txt
 *
 * The first argument is how many. Two files of different numbers begin differently: no story is drawn for one because it stands in the other.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { RandomStream, streamKey } from "cellstate";

const NAMES = ["Krish", "Asha", "Omar", "Lena"];
const BROTHERS = ["Wish", "Ivan", "Kofi", "Noah"];
const PLACES = ["Pune", "Oslo", "Lima", "Cairo"];
const LIKES = ["tea", "chess", "music", "birds"];

const [count, file] = process.argv.slice(2);
const random = new RandomStream(streamKey(Number(count), "the guide's stories"));
const lines = Array.from({ length: Number(count) }, story);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${lines.join("\n")}\n`);
for (const line of lines.slice(0, 4)) console.log(line);

/** Half of them are short, so that there is something easy to begin with. */
function story(): string {
  const short = random.integer(2) === 0;
  const also = (sentence: string): string[] => (!short && random.integer(3) > 0 ? [sentence] : []);
  const name = one(NAMES);
  const said = [
    `My name is ${name}.`,
    ...also(`I live in ${one(PLACES)}.`),
    ...also(`I like ${one(LIKES)}.`),
  ];
  const asked = [`What is my name? ${name}.`];
  if (random.integer(2) === 0) {
    const brother = one(BROTHERS);
    said.push(
      `My brother's name is ${brother}.`,
      ...also(`He lives in ${one(PLACES)}.`),
      ...also(`He likes ${one(LIKES)}.`),
    );
    asked.push(`What is my brother's name? ${brother}.`);
  }
  return [...said, ...random.shuffle(asked)].join(" ");
}

function one(values: readonly string[]): string {
  return values[random.integer(values.length)];
}
