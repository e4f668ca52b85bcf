/**
 * How training looks while it runs: on a terminal a line that moves and now and then a sample of what the model writes; piped,
 * plain lines at sensible intervals.
 */
import sparkly from "sparkly";
import { duration } from "./duration.ts";
import type { Output } from "./terminal.ts";
import { displayWidth, grouped, truncate, withoutControls, wrap } from "./text.ts";

/** Where a run is; everything that the line can say. */
export interface RunState {
  readonly step: number;
  readonly totalSteps: number;
  /** Whole epochs done. */
  readonly epoch: number;
  /** Of the whole run; null where its length is given otherwise. */
  readonly epochs: number | null;
  /** Which of several trainings of one model this is: said in place of the epoch. */
  readonly lesson?: { readonly number: number; readonly of: number };
  /** Mean training loss, nats a token. */
  readonly loss: number;
  readonly validationLoss: number | null;
  readonly tokensPerSecond: number;
  /** What the speed counts. @default tokens */
  readonly unit?: string;
  readonly secondsLeft: number;
}

export interface Progress {
  /** After every step; draws when it is time. */
  update(state: RunState): void;
  /** After every validation. */
  validated(state: RunState, best: boolean): void;
  /** What the model writes just now. */
  sample(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends the moving line; it stays as it was. May be called again. */
  done(): void;
}

const DRAW_EVERY_MS = 100;
/** Piped: the first line soon, so that one sees it live, and then less and less often. */
const PLAIN_FIRST_MS = 2_000;
const PLAIN_MOST_MS = 30_000;
const PLAIN_LEAST_MS = 1_000;

/** @param now In milliseconds; a parameter for the tests. */
export function createProgress(
  output: Output,
  now: () => number = () => performance.now(),
): Progress {
  return output.live ? liveProgress(output, now) : plainProgress(output, now);
}

/** Says nothing: for runs within others' output. */
export const NO_PROGRESS: Progress = {
  update: () => {},
  validated: () => {},
  sample: () => {},
  note: () => {},
  done: () => {},
};

/**
 * The cursor waits at the line's beginning: a terminal that is made narrower breaks the line into rows below it, and to erase
 * from there on erases them all, whatever width it has by now. Nor may the terminal wrap what is too long.
 */
const ERASE = "\r\x1b[J";
const clipped = (line: string): string => `\x1b[?7l${line}\x1b[?7h`;

function liveProgress(output: Output, now: () => number): Progress {
  const losses = new LossCurve();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let last: RunState | null = null;
  const line = (): string => (last ? clipped(formatState(last, losses.points, output)) : "");
  const draw = (): void => {
    if (last) output.write(`${ERASE}${line()}\r`);
  };
  const persist = (text: string): void => {
    output.write(`${ERASE}${text}\n${line()}\r`);
  };
  return {
    update(state) {
      losses.add(state.loss);
      last = state;
      const time = now();
      if (time - drawnAt < DRAW_EVERY_MS) return;
      drawnAt = time;
      draw();
    },
    validated(state) {
      last = state;
      draw();
    },
    sample(text) {
      const width = Math.min(output.width, 100) - 4;
      const lines = sampleLines(text, width).map((part) => output.style(`  │ ${part}`, "dim"));
      persist(lines.join("\n"));
    },
    note: persist,
    done() {
      if (last) output.write(`${ERASE}${line()}\n`);
      last = null;
    },
  };
}

function plainProgress(output: Output, now: () => number): Progress {
  const start = now();
  let due = PLAIN_FIRST_MS;
  let last: RunState | null = null;
  let written: RunState | null = null;
  let writtenAt = Number.NEGATIVE_INFINITY;
  const write = (state: RunState): void => {
    written = state;
    writtenAt = now();
    output.line(formatPlain(state));
  };
  return {
    update(state) {
      last = state;
      const elapsed = now() - start;
      if (elapsed < due) return;
      due = elapsed + Math.min(PLAIN_MOST_MS, Math.max(PLAIN_FIRST_MS, elapsed));
      write(state);
    },
    validated(state) {
      last = state;
      // Epochs of a short text are over in no time.
      if (now() - writtenAt >= PLAIN_LEAST_MS) write(state);
    },
    sample: () => {},
    note: (text) => output.line(text),
    done() {
      if (last && last !== written) write(last);
      last = null;
    },
  };
}

/** The moving line: what matters most stands first, and what does not fit is left out whole. */
export function formatState(
  state: RunState,
  curve: readonly number[],
  { width, style }: Pick<Output, "width" | "style">,
): string {
  const { step, totalSteps, validationLoss, tokensPerSecond, secondsLeft } = state;
  const { unit = "tokens" } = state;
  const parts: { text: string; shown: string }[] = [];
  let used = 0;
  const add = (text: string, shown = text): void => {
    const needed = displayWidth(text) + (parts.length > 0 ? 2 : 0);
    // The last column stays free: a terminal that wraps there would spoil the line.
    if (used + needed >= width) return;
    used += needed;
    parts.push({ text, shown });
  };
  add(epochText(state));
  add(`loss ${state.loss.toFixed(3)}`, `loss ${style(state.loss.toFixed(3), "bold")}`);
  if (validationLoss !== null) {
    const text = validationLoss.toFixed(3);
    add(`validation ${text}`, `validation ${style(text, "bold")}`);
  }
  add(`${duration(secondsLeft)} left`);
  add(`step ${grouped(step)}/${grouped(totalSteps)}`);
  add(`${grouped(tokensPerSecond)} ${unit}/s`);
  const room = Math.min(curve.length, width - used - 3, LossCurve.MOST);
  if (room >= 8) {
    // Beside the loss, whose curve it is.
    const bars = sparkly(curve.slice(-room));
    parts.splice(2, 0, { text: bars, shown: style(bars, "cyan") });
  }
  return parts.map(({ shown }) => shown).join("  ") || truncate(`loss ${state.loss}`, width - 1);
}

/** One line for logs: nothing in it moves. */
export function formatPlain(state: RunState): string {
  const { step, totalSteps, loss, validationLoss, tokensPerSecond, secondsLeft } = state;
  const { unit = "tokens" } = state;
  return [
    `step ${step}/${totalSteps}`,
    epochText(state),
    `loss ${loss.toFixed(4)}`,
    ...(validationLoss === null ? [] : [`validation ${validationLoss.toFixed(4)}`]),
    // A run of a moment has no speed yet.
    ...(tokensPerSecond > 0
      ? [`${Math.round(tokensPerSecond)} ${unit}/s`, `${duration(secondsLeft)} left`]
      : []),
  ].join("  ");
}

function epochText({ epoch, epochs, step, totalSteps, lesson }: RunState): string {
  if (lesson) return `lesson ${lesson.number}/${lesson.of}`;
  const present = epochs !== null && step >= totalSteps ? epochs : epoch + 1;
  return epochs === null ? `epoch ${present}` : `epoch ${Math.min(present, epochs)}/${epochs}`;
}

/** The first lines of a sample; the model's own line breaks stay. */
function sampleLines(text: string, width: number): string[] {
  const lines = withoutControls(text)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => wrap(line, width));
  return lines.slice(0, 3);
}

/** The losses of a whole run in few points: neighbours are averaged as it grows. */
class LossCurve {
  static readonly MOST = 24;
  readonly points: number[] = [];
  #perPoint = 1;
  #sum = 0;
  #count = 0;

  add(loss: number): void {
    this.#sum += loss;
    if (++this.#count < this.#perPoint) return;
    this.points.push(this.#sum / this.#count);
    this.#sum = 0;
    this.#count = 0;
    if (this.points.length < 2 * LossCurve.MOST) return;
    const halved = this.points.filter((_, i) => i % 2 === 0);
    for (const [i, value] of halved.entries()) {
      this.points[i] = (value + this.points[2 * i + 1]) / 2;
    }
    this.points.length = halved.length;
    this.#perPoint *= 2;
  }
}
