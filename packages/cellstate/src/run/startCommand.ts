/** What `cellstate start` does: learns stories or a text of theirs, has the model write, and draws its memory. */
import { type Engine, generate, type LanguageModel, trace } from "@cellstate/core";
import { printJson } from "../commands/common.ts";
import { openEngine } from "../engine/open.ts";
import { assertWritable } from "../files/atomicWrite.ts";
import { loadModel, modelPathFor, saveModelBeside, shellQuoted } from "../modelFiles.ts";
import { EXAMPLE, type Story, writeStoryBook } from "../stories.ts";
import { Answerer, scoreStories } from "../storyAnswers.ts";
import { drawCells, type Picture, tellingUnits, unitsByFate } from "../terminal/cells.ts";
import { duration } from "../terminal/duration.ts";
import { createProgress } from "../terminal/progress.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { grouped, withoutControls, wrap } from "../terminal/text.ts";
import { VERSION } from "../version.ts";
import { interruption } from "./interruption.ts";
import { assertReplaceable } from "./replaceable.ts";
import type { StartArguments } from "./startArguments.ts";
import { learnStories, STORY_COUNTS, storyModel } from "./startStories.ts";
import { trainCommand } from "./trainCommand.ts";

/** Rows of the picture: enough to see kinds of units, few enough to see at once. */
const PICTURED_UNITS = 10;
/** Of each kind: kept, dropped, taken up. */
const UNITS_OF_A_FATE = 4;
const WIDEST_TEXT = 88;

export async function startCommand(
  files: readonly string[],
  given: StartArguments,
  terminal: Terminal,
): Promise<void> {
  // npm runs a script in the package's folder; people mean the one they are in.
  const { INIT_CWD, npm_lifecycle_event: script } = process.env;
  if (script === "start" && INIT_CWD) process.chdir(INIT_CWD);
  if (files.length === 0) await startWithStories(given, terminal);
  else await startWithTexts(files, given, terminal);
}

async function startWithStories(given: StartArguments, terminal: Terminal): Promise<void> {
  const { out, err } = terminal;
  const path = given.out ?? "stories.safetensors";
  assertReplaceable(path, []);
  assertWritable(path);
  const say = given.json ? err : out;
  const { seed } = given;
  const book = writeStoryBook(seed, STORY_COUNTS);
  const model = storyModel(book, seed);
  const count = book.short.length + book.long.length;
  heading(
    say,
    `Learning ${grouped(count)} small stories like this one, with questions that they answer`,
  );
  paragraph(say, `${EXAMPLE.facts} ${EXAMPLE.questions[0].text} ${EXAMPLE.questions[0].answer}.`);

  const { engine, end } = await openEngine({ engine: "wasm", threads: given.threads });
  const progress = createProgress(err);
  const interrupted = interruption(() => progress.note("stopping"));
  const result = await learnStories(model, book, {
    engine,
    seed,
    progress,
    signal: interrupted.signal,
  }).finally(() => {
    interrupted.end();
    progress.done();
  });
  if (result.reason === "aborted") {
    err.line("stopped; no model was written");
    process.exitCode = interrupted.exitCode;
    return;
  }
  const answerer = new Answerer(model, engine);
  const { asked, right } = scoreStories(answerer, book.unseen);
  const share = right / asked;
  model.training = { cellstate: VERSION, stories: STORY_COUNTS, seed, right, asked };
  const kept = saveModelBeside(path, model);

  heading(say, `It answers ${(100 * share).toFixed(1)} % of the questions right`);
  paragraph(
    say,
    `${grouped(right)} of ${grouped(asked)}, about ${book.unseen.length} stories that it has never seen, after ${duration(result.seconds)} of learning. The story above is as new to it:`,
  );
  say.line();
  paragraph(say, EXAMPLE.facts);
  for (const question of EXAMPLE.questions) {
    const answer = answerer.answer(EXAMPLE, question);
    const verdict =
      answer === question.answer
        ? say.style("✓", "green")
        : say.style(`✗ ${question.answer}`, "red");
    say.line(`    ${question.text} ${say.style(`${answer}.`, "bold")} ${verdict}`);
  }

  heading(say, "It writes");
  for (const n of [1, 2]) {
    const pieces = generate(model, {
      engine,
      prompt: "My name is",
      length: 120,
      temperature: 0.7,
      stop: "\n",
      seed: seed + n,
    });
    paragraph(say, `My name is${[...pieces].join("")}`);
    say.line();
  }
  drawStory(model, engine, EXAMPLE, say);
  end();
  if (kept !== null) err.line(`kept an earlier ${path} as ${kept}`);
  say.line();
  say.line(`The model is in ${path}. Now, for instance:`);
  say.line(
    `  npx cellstate generate ${shellQuoted(path)} --prompt "${EXAMPLE.facts} ${EXAMPLE.questions[0].text}" --length 1`,
  );
  say.line(`  npx cellstate info ${shellQuoted(path)}`);
  say.line("  npm start -- YOUR-TEXT.txt");
  if (!given.json) return;
  const {
    seconds,
    tokensPerSecond,
    progress: { step },
  } = result;
  printJson(terminal, {
    model: path,
    right,
    asked,
    share,
    seconds,
    tokensPerSecond,
    steps: step,
    parameters: model.parameterCount,
    seed,
  });
}

async function startWithTexts(
  files: readonly string[],
  given: StartArguments,
  terminal: Terminal,
): Promise<void> {
  const { json, minutes, seed, threads } = given;
  const path = given.out ?? modelPathFor(files[0]);
  const settings = {
    out: path,
    minutes,
    seed,
    engine: "wasm",
    threads,
    checkpointEvery: 30,
  } as const;
  await trainCommand(files, { ...settings, task: "language-model", json }, terminal);
  if (process.exitCode) return;
  const say = json ? terminal.err : terminal.out;
  const model = loadModel(path);
  const { engine, end } = await openEngine({ engine: "wasm", threads: 1 });
  const text = [...generate(model, { engine, length: 400, temperature: 0.7, seed })].join("");
  heading(say, "It writes");
  for (const line of withoutControls(text).split("\n")) {
    for (const part of line === "" ? [""] : wrap(line, Math.min(say.width - 4, WIDEST_TEXT))) {
      say.line(`    ${part}`.trimEnd());
    }
  }
  heading(say, "What its memory did while it wrote the beginning of this");
  drawSignals(model, engine, text.slice(0, 60), null, say);
  end();
}

function drawStory(model: LanguageModel, engine: Engine, story: Story, say: Output): void {
  heading(say, "What it kept and what it dropped, when the story turned to somebody else");
  const { vocabulary } = model;
  const change = vocabulary.encode(story.facts.slice(0, story.turn ?? 0).trimEnd()).tokens.length;
  const relative = / (\w+)'s name is/.exec(story.facts)?.[1] ?? "other";
  const mark = { step: change, text: `here the ${relative} comes in` };
  drawSignals(model, engine, story.facts, mark, say);
}

/** Forget gate and memory cell of the first layer: whatever of the two the cell has, by its equations. */
function drawSignals(
  model: LanguageModel,
  engine: Engine,
  text: string,
  mark: Picture["mark"] | null,
  say: Output,
): void {
  const { tokens, layers } = trace(model, engine, text);
  const [layer] = layers;
  const { forgetGates, program } = model.config.cell;
  const names = [
    ...forgetGates.map(({ signal }) => signal),
    ...program.states.filter((_, index) => index !== program.output).map(({ name }) => name),
  ];
  const signals = names.map((name) => layer[name]);
  const memory = signals.find(({ range }) => range === null);
  const width = Math.min(say.width, 120);
  const chosen =
    mark && memory
      ? unitsByFate(memory, mark.step, UNITS_OF_A_FATE)
      : { units: tellingUnits(signals[0], PICTURED_UNITS, mark?.step ?? null) };
  const picture = { tokens, signals, mark: mark ?? undefined, ...chosen };
  say.line(drawCells(picture, { width, depth: say.depth }));
}

function heading(say: Output, text: string): void {
  say.line();
  for (const line of wrap(text, say.width - 1)) say.line(say.style(line, "bold"));
  say.line();
}

function paragraph(say: Output, text: string): void {
  for (const line of wrap(text, Math.min(say.width - 4, WIDEST_TEXT))) say.line(`    ${line}`);
}
