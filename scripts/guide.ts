/**
 * Runs the guide, docs/guide/: every command that stands in it, in the order of its chapters, and writes what they print into the text
 * and what they draw into docs/guide/pictures/.
 *
 *     npm run guide                 writes it
 *     npm run guide -- 06           one chapter, with the models of the last time
 *
 * `test/guide.test.ts` runs them again and holds the text to them, so that no output in the guide is typed by hand.
 *
 * A command stands in a block `console`, on a line that begins with `$ `; lines that end in `\` go on. What it prints to standard
 * output follows. The wasm engine gives the same bits on every machine, so the outputs are the same too; how long something took goes to standard error
 * and is not shown. A picture `![…](pictures/x.svg)` is the file names/x.svg that a command of the same chapter writes.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const GUIDE = join(root, "docs/guide");
const PICTURES = join(GUIDE, "pictures");

/** Words that one reads in a minute, slowly. */
const READING_PACE = 180;

/** The index first: its commands make what the others look into. */
export const INDEX = "README.md";

/** The chapters' files, in their order. */
export function chapters(): string[] {
  return readdirSync(GUIDE)
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .sort();
}

export function readChapter(name: string): string {
  return readFileSync(join(GUIDE, name), "utf8");
}

/** An empty folder to run the guide's commands in: as the repository's own, as far as the commands can tell. */
export function freshFolder(name: string): string {
  const folder = join(root, ".scratch", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(root, "docs"), join(folder, "docs"));
  return folder;
}

export interface RunChapter {
  /** The chapter with the outputs as they are now. */
  readonly text: string;
  /** All outputs, one after the other. */
  readonly output: string;
  /** The pictures that it shows, by file name. */
  readonly pictures: ReadonlyMap<string, string>;
}

/**
 * Runs a chapter's commands in a folder.
 *
 * @throws Error where a command fails, or no command has written a picture that the chapter shows.
 */
export function runChapter(name: string, folder: string): RunChapter {
  let output = "";
  const before = readChapter(name);
  const text = before.replace(/^```console\n([\s\S]*?)^```$/gm, (_, block: string) => {
    const parts = commandsOf(block).map((command) => {
      const printed = runCommand(command, folder, name);
      output += printed;
      return { command, printed };
    });
    // A line between a command's output and the next command.
    const lines = parts.map(({ command, printed }, n) => {
      const apart = n > 0 && parts[n - 1].printed !== "" ? "\n" : "";
      return `${apart}$ ${command}\n${printed}`;
    });
    return `\`\`\`console\n${lines.join("")}\`\`\``;
  });
  const pictures = new Map<string, string>();
  for (const picture of picturesOf(text)) {
    const file = join(folder, "names", picture);
    if (!text.includes(`names/${picture}`) || !existsSync(file)) {
      throw new Error(`${name}: no command of the chapter writes names/${picture}, which it shows`);
    }
    pictures.set(picture, readFileSync(file, "utf8"));
  }
  return { text, output, pictures };
}

/** File names of the pictures that a chapter shows. */
export function picturesOf(text: string): string[] {
  return [...text.matchAll(/!\[[^\]]*\]\(pictures\/([\w-]+\.svg)\)/g)].map(([, name]) => name);
}

/** The commands of a block, without `$ `; those over several lines as they stand. */
function commandsOf(block: string): string[] {
  const commands = [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)];
  return commands.map(([, command]) => command);
}

/** The longest command of the guide, training a model, takes ten seconds on an idle machine. */
const COMMAND_LIMIT_MS = 100_000;

/**
 * What a command prints, without spaces at the ends of lines, which Markdown does not keep.
 *
 * @throws Error for a command that fails, or has not ended after `limit` milliseconds: it is ended then.
 */
export function runCommand(
  command: string,
  folder: string,
  chapter: string,
  limit = COMMAND_LIMIT_MS,
): string {
  // What npx would find, without the second that it takes to.
  const direct = command.replace(/^npx /gm, "");
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  const { status, stdout, stderr, error } = spawnSync("sh", ["-c", `exec ${direct}`], {
    timeout: limit,
    killSignal: "SIGKILL",
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: path, NO_COLOR: "1", INIT_CWD: folder },
  });
  if (error && "code" in error && error.code === "ETIMEDOUT") {
    throw new Error(
      `${chapter}: not at its end after ${limit / 1000} s: ${command}\n${stdout}${stderr}`,
    );
  }
  if (status !== 0) throw new Error(`${chapter}: ${command}\n${stdout}${stderr}`);
  const text = stdout.replace(/[ \t]+$/gm, "").trimEnd();
  return text === "" ? "" : `${text}\n`;
}

/** What stands at the head of the index: the chapters with their titles and the minutes that they take. */
export function withContents(index: string): string {
  const rows = chapters().map((name) => {
    const text = readChapter(name);
    const title = text.match(/^# \d+\. (.*)$/m)?.[1] ?? name;
    const question = text.match(/^> (.*)$/m)?.[1] ?? "";
    return `| ${Number(name.slice(0, 2))} | [${title}](${name}) | ${question} | ${minutesOf(text)} |`;
  });
  const total = chapters().reduce((sum, name) => sum + minutesOf(readChapter(name)), 0);
  const table = [
    "| | chapter | it answers | minutes |",
    "| ---: | --- | --- | ---: |",
    ...rows,
    `| | | together | ${total} |`,
  ];
  return index.replace(
    /(<!-- contents: begin[^>]*-->\n)[\s\S]*?(<!-- contents: end -->)/,
    (_, begin: string, end: string) => `${begin}\n${table.join("\n")}\n\n${end}`,
  );
}

/** Prose and pictures; outputs are looked at, not read. */
function minutesOf(text: string): number {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "");
  const words = prose.split(/\s+/).length;
  const shown = [...text.matchAll(/^```|^!\[/gm)].length / 2;
  return Math.ceil(words / READING_PACE + shown / 4);
}

/** Decimals and shares in a chapter's prose that are not said to be measured: all numbers of that kind have to be, `**0.03**`. */
export function unmarkedNumbers(text: string): string[] {
  const prose = proseOf(text)
    .replace(MEASURED, "")
    .replace(/\*\*[^*]+\*\*/g, "");
  return [...prose.matchAll(/[−-]?\d[\d,]*(?:\.\d+|(?= ?%))/g)].map(([number]) => number);
}

/** The measured numbers of a chapter's prose: what stands in bold and begins with a digit, or with a sign and a digit. */
export function measuredNumbers(text: string): string[] {
  return [...proseOf(text).matchAll(MEASURED)].map(([, number]) => number);
}

const MEASURED = /\*\*([−-]?\d[\d.,e−-]*)(?: ?%)?\*\*/g;

/** Without blocks, code, links' targets and the reasoning of comments. */
function proseOf(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/`[^`]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]");
}

/** @param only Numbers of chapters, `06`; none for all of them. */
function writeGuide(only: readonly string[]): void {
  const folder = only.length === 0 ? freshFolder("guide") : join(root, ".scratch/guide");
  mkdirSync(PICTURES, { recursive: true });
  const all = [INDEX, ...chapters()];
  for (const name of all.filter((each) => only.length === 0 || only.includes(each.slice(0, 2)))) {
    const began = performance.now();
    const { text, pictures } = runChapter(name, folder);
    writeFileSync(join(GUIDE, name), text);
    for (const [picture, svg] of pictures) writeFileSync(join(PICTURES, picture), svg);
    console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  writeFileSync(join(GUIDE, INDEX), withContents(readChapter(INDEX)));
  const shown = new Set(all.flatMap((name) => picturesOf(readChapter(name))));
  for (const picture of readdirSync(PICTURES)) {
    if (!shown.has(picture)) rmSync(join(PICTURES, picture));
  }
}

if (import.meta.main) writeGuide(process.argv.slice(2));
