/** What the gradients' norms say: rates with intervals over the seeds, and one picture. */
import type { Estimate } from "../../packages/core/src/index.ts";
import { linePlot, type PlotLine } from "../plot.ts";
import { estimateText, mean, meanInterval } from "../statistics.ts";
import type { DoneRun, Figure, Report, Verdict } from "../task.ts";
import {
  KINDS,
  type Kind,
  type StateDecay,
  type VanishingResult,
  type VanishingSettings,
} from "./vanishingGradient.ts";

type Done = DoneRun<VanishingSettings, VanishingResult>;

/** What is smaller is left out of the picture. */
const FLOOR = 1e-12;
/** Within this factor a gradient counts as carried. */
const CARRIED = 100;
/** The squared error of whoever always answers the mean: (X1 + X2) / 4 of numbers in [−1, 1) has a variance of 1/24. */
const MEAN_ANSWER = 1 / 24;
/** Of that: below it a network has learnt to add. */
const LEARNT = 0.1;

/** Networks of one kind, drawn or taught. */
interface Group {
  readonly kind: Kind;
  readonly trained: boolean;
  readonly runs: readonly Done[];
}

export async function vanishingReport(done: readonly Done[]): Promise<Report> {
  const groups = KINDS.flatMap((kind) =>
    [false, true].map((trained) => ({ kind, trained, runs: runsOf(done, kind, trained) })),
  ).filter(({ runs }) => runs.length > 0);
  const verdicts = groups.map(verdictOf);
  const rows = groups.flatMap(({ kind, trained, runs }) =>
    runs[0].result.states.map(({ name }, s) => {
      const states = runs.map(({ result }) => result.states[s]);
      const hasPath = runs.some(({ result }) => result.states[s].pathRate !== null);
      return [
        ...[kind.name, trained ? "trained" : "untrained", name],
        rateText(states.map(({ rate }) => rate)),
        hasPath ? rateText(states.map(({ pathRate }) => pathRate)) : "",
        ...[10, 100, 1000].map((lag) => shareAt(states, lag)),
        ...(s === 0
          ? [short(mean(runs.map(({ result }) => result.error))), learntText(runs)]
          : ["", ""]),
      ];
    }),
  );
  const seeds = new Set(done.map(({ settings }) => settings.seed)).size;
  return {
    verdicts,
    tables: [
      {
        title: "The factor a step, and what is left",
        columns: [
          ...["cell", "weights", "state", "factor a step", "memory path alone, ∏ f"],
          ...["left after 10", "after 100", "after 1,000", "adding, T = 100: squared error"],
          "learnt to add",
        ],
        rows,
      },
    ],
    figures: await figuresOf(groups, seeds),
    notes: [
      "A factor is the slope of the straight line through the logarithms of the norms, over lags 0 to 1,000 or as far as float64 holds them (10⁻³⁰⁰). Intervals: Student's over the seeds, 95 %. Where norms do not fall in a straight line (chrono: every unit has a lag of its own) the factor is that of the far end rather than of the first steps: the columns beside it say the rest.",
      `The squared error of whoever always answers the mean is ${short(MEAN_ANSWER)}; a network counts as having learnt to add below ${LEARNT} of that. “Trained” says that it was taught, and not that it learnt.`,
      "Two kinds of open forget gate are judged by the same bar. A bias of 10 opens the forget gate alone; chrono gives the input gate the opposite bias too. “No gradient” and “none” say that in some sequence the norm is 0 to float64, and a norm of 0 makes a geometric mean of 0; why it is 0 was not traced.",
      "For the LSTM with forget bias 1 and the GRU nothing was asked: their rates are measured, and stand beside the others.",
      "Norms are Euclidean over 32 units, mean of the logarithms over 8 sequences of 1,000 to 1,100 steps; float64 on the reference engine, since float32 would end at 10⁻³⁸.",
    ],
  };
}

const factor = (value: number): string => value.toFixed(4);
const short = (value: number): string => String(Number(value.toPrecision(2)));

function runsOf(done: readonly Done[], { cell, forgetBias }: Kind, trained: boolean): Done[] {
  return done.filter(
    ({ settings }) =>
      settings.cell === cell &&
      settings.forgetBias === forgetBias &&
      settings.sequences > 0 === trained,
  );
}

/** The state that is carried additively, where there is one. */
function memoryOf({ states }: VanishingResult): StateDecay {
  return states.find(({ pathRate }) => pathRate !== null) ?? states[0];
}

const lastOf = ({ norms }: StateDecay): number => norms[norms.length - 1][1] ?? 0;

function shareAt(states: readonly StateDecay[], lag: number): string {
  const shares = states.flatMap(({ norms }) =>
    norms.flatMap(([at, share]) => (at === lag ? [share ?? 0] : [])),
  );
  return shares.length > 0 ? short(geometricMean(shares)) : "";
}

/** What was asked of a kind, if anything: the RNN is to vanish, open forget gates are to carry; the others are measured. */
function verdictOf({ kind, trained, runs }: Group): Verdict {
  const state = trained ? `trained (${learntText(runs)} learnt to add)` : "untrained";
  const learning = trained ? `; ${addingText(runs)}` : "";
  const memories = runs.map(({ result }) => memoryOf(result));
  const rate = rateOf(memories.map((memory) => memory.rate));
  if (!isOpen(kind)) {
    const isAim = kind.cell === "rnn";
    return {
      asked: isAim
        ? `${kind.name}, ${state}: the gradient falls exponentially`
        : `${kind.name}, ${state}: how fast the gradient falls`,
      measured: `${!isAim && rate.high < 1 ? "exponentially too: " : ""}factor a step ${estimateText(rate, factor)}${learning}`,
      reached: isAim ? rate.high < 1 : null,
    };
  }
  const ends = memories.map(lastOf);
  const none = memories.filter(hasNoGradient).length;
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const furthest = memories[0].norms[memories[0].norms.length - 1][0].toLocaleString("en");
  return {
    asked: `${kind.name}, ${state}: with the forget gate open the gradient of c stays within a factor of ${CARRIED} over ${furthest} steps, every seed`,
    measured: `${short(low)} to ${short(high)} of that at the loss${none > 0 ? `; no gradient at some lag in ${none} of ${runs.length} seeds` : ""}${learning}`,
    reached: none === 0 && low > 1 / CARRIED && high < CARRIED,
  };
}

const isOpen = ({ forgetBias }: Kind): boolean => forgetBias === "chrono" || forgetBias === 10;

const hasNoGradient = ({ norms }: StateDecay): boolean => norms.some(([, share]) => share === null);

/** `5 of 5`: the networks whose error says that they add. */
function learntText(runs: readonly Done[]): string {
  const learnt = runs.filter(({ result }) => result.error < LEARNT * MEAN_ANSWER).length;
  return `${learnt} of ${runs.length}`;
}

/** What the task's error says of networks that were taught. */
function addingText(runs: readonly Done[]): string {
  const errors = runs.map(({ result }) => result.error);
  const range = `${short(Math.min(...errors))} to ${short(Math.max(...errors))}`;
  const none = errors.every((error) => error >= LEARNT * MEAN_ANSWER);
  return `${none ? "the task was not learnt, " : ""}squared error ${range} (always the mean: ${short(MEAN_ANSWER)})`;
}

/** One for the networks as they are drawn, one for those that were taught; each kind has the same colour in both. */
async function figuresOf(groups: readonly Group[], seeds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const trained of [false, true]) {
    const lines = KINDS.map((kind): PlotLine => {
      const group = groups.find((one) => one.kind === kind && one.trained === trained);
      return group ? lineOf(group) : { name: kind.name, points: [] };
    });
    if (lines.every(({ points }) => points.length === 0)) continue;
    const state = trained ? "taught to add" : "as they are drawn";
    figures.push({
      name: trained ? "vanishing-gradient-trained" : "vanishing-gradient",
      caption: `Networks ${state}: ‖∂L/∂c[t]‖ of the LSTM, ‖∂L/∂h[t]‖ of the others; geometric mean over ${seeds} seeds (or those that have a gradient at every lag, as the legend says), with the least and the most as a band. Below 10⁻¹² lines are cut off.`,
      svg: await linePlot({
        title: `How much of the gradient is left, by distance from the loss: networks ${state}`,
        x: { label: "steps before the loss", from: 0, to: 1000 },
        y: { label: "norm, as a share of that at the loss", scale: "log", from: FLOOR },
        lines,
      }),
    });
  }
  return figures;
}

/** Factors are averaged as factors, over the seeds that have one. */
function rateOf(rates: readonly (number | null)[]): Estimate {
  const logs = rates.flatMap((rate) => (rate === null ? [] : [Math.log(rate)]));
  if (logs.length === 0) return { value: 0, low: Number.NaN, high: Number.NaN };
  const { value, low, high } = meanInterval(logs);
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/** With the seeds, if any, in which nothing came back at all. */
function rateText(rates: readonly (number | null)[]): string {
  const none = rates.filter((rate) => rate === null).length;
  if (none === rates.length) return "no gradient";
  const known = estimateText(rateOf(rates), factor);
  return none === 0 ? known : `${known}; none in ${none} of ${rates.length} seeds`;
}

function lineOf({ kind, runs }: Group): PlotLine {
  const all = runs.map(({ result }) => memoryOf(result));
  const states = isOpen(kind) ? all.filter((state) => !hasNoGradient(state)) : all;
  const some = states.length < all.length ? `, ${states.length} of ${all.length} seeds` : "";
  const points = (states[0]?.norms ?? []).flatMap(([lag], index) => {
    const shares = states.map(({ norms }) => norms[index][1] ?? 0);
    const y = geometricMean(shares);
    const low = Math.max(FLOOR, Math.min(...shares));
    return y >= FLOOR ? [{ x: lag, y, low, high: Math.max(...shares) }] : [];
  });
  return { name: `${kind.name}${some}`, points };
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(mean(values.map((value) => Math.log(value))));
