/** What the gradients' norms say: rates with intervals over the seeds, and one picture. */
import type { Estimate } from "../../packages/core/src/index.ts";
import { linePlot, type PlotLine } from "../plot.ts";
import { estimateText, mean, meanInterval } from "../statistics.ts";
import type { DoneRun, Report } from "../task.ts";
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

export async function vanishingReport(done: readonly Done[]): Promise<Report> {
  const groups = KINDS.flatMap((kind) =>
    [false, true].map((trained) => ({ kind, trained, runs: runsOf(done, kind, trained) })),
  ).filter(({ runs }) => runs.length > 0);
  const verdicts = [];
  for (const trained of [false, true]) {
    const state = trained ? "trained" : "untrained";
    const rnn = groups.find((one) => one.kind.cell === "rnn" && one.trained === trained);
    const open = groups.find((one) => one.kind.forgetBias === "chrono" && one.trained === trained);
    if (rnn) {
      const rate = rateOf(rnn.runs.map(({ result }) => result.states[0].rate));
      verdicts.push({
        asked: `RNN, ${state}: the gradient falls exponentially`,
        measured: `factor a step ${estimateText(rate, factor)}`,
        reached: rate.high < 1,
      });
    }
    if (open) {
      const ends = open.runs.map(({ result }) => lastOf(memoryOf(result)));
      const [low, high] = [Math.min(...ends), Math.max(...ends)];
      verdicts.push({
        asked: `LSTM with forget gates open for lags as long as the task's (chrono), ${state}: it does not`,
        measured: `‖∂L/∂c‖ at the most distant lag, as a share of that at the loss: ${short(low)} to ${short(high)}`,
        reached: low > 1 / CARRIED && high < CARRIED,
      });
    }
  }
  const rows = groups.flatMap(({ kind, trained, runs }) =>
    runs[0].result.states.map(({ name }, s) => {
      const states = runs.map(({ result }) => result.states[s]);
      const hasPath = runs.some(({ result }) => result.states[s].pathRate !== null);
      return [
        ...[kind.name, trained ? "trained" : "untrained", name],
        rateText(states.map(({ rate }) => rate)),
        hasPath ? rateText(states.map(({ pathRate }) => pathRate)) : "",
        ...[10, 100, 1000].map((lag) => shareAt(states, lag)),
        s === 0 ? short(mean(runs.map(({ result }) => result.error))) : "",
      ];
    }),
  );
  const lines = groups
    .filter(isDrawn)
    .map(({ kind, trained, runs }) => lineOf(kind, trained, runs));
  const svg = await linePlot({
    title: "How much of the gradient is left, by distance from the loss",
    x: { label: "steps before the loss" },
    y: { label: "norm, as a share of that at the loss", scale: "log", from: FLOOR },
    lines,
  });
  const seeds = new Set(done.map(({ settings }) => settings.seed)).size;
  return {
    verdicts,
    tables: [
      {
        title: "The factor a step, and what is left",
        columns: [
          ...["cell", "weights", "state", "factor a step", "memory path alone, ∏ f"],
          ...["left after 10", "after 100", "after 1,000", "adding, T = 100: squared error"],
        ],
        rows,
      },
    ],
    figures: [
      {
        name: "vanishing-gradient",
        caption: `‖∂L/∂c[t]‖ of the LSTM, ‖∂L/∂h[t]‖ of the others: geometric mean over ${seeds} seeds, with the least and the most as a band. Below 10⁻¹² lines are cut off.`,
        svg,
      },
    ],
    notes: [
      "A factor is the slope of the straight line through the logarithms of the norms, over lags 0 to 1,000 or as far as float64 holds them (10⁻³⁰⁰). Intervals: Student's over the seeds, 95 %. Where norms do not fall in a straight line (chrono: every unit has a lag of its own) the factor is that of the far end rather than of the first steps: the columns beside it say the rest.",
      "The squared error of whoever always answers the mean is 0.042: a network beside it has not learnt to add, and its gradient shows why, or shows that a gradient alone is not enough.",
      "An open forget gate is not enough by itself: with a bias of 10 and an input gate that is half open, all that is written stays. The memory grows until tanh(c) has no slope that float64 can tell from 0, and then no gradient enters it at the loss, though ∏ f is close to 1: so in some of the sequences, drawn or trained. Norms of 0 make a geometric mean of 0. Chrono opens the one and shuts the other.",
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

/** Up to eight lines can be told apart: the gate that is open beyond its writing is left to the table. */
const isDrawn = ({ kind }: { readonly kind: Kind }): boolean => kind.forgetBias !== 10;

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

function lineOf(kind: Kind, trained: boolean, runs: readonly Done[]): PlotLine {
  const states = runs.map(({ result }) => memoryOf(result));
  const points = states[0].norms.flatMap(([lag], index) => {
    const shares = states.map(({ norms }) => norms[index][1] ?? 0);
    const y = geometricMean(shares);
    const low = Math.max(FLOOR, Math.min(...shares));
    return y >= FLOOR ? [{ x: lag, y, low, high: Math.max(...shares) }] : [];
  });
  return { name: `${kind.name}, ${trained ? "trained" : "untrained"}`, points };
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(mean(values.map((value) => Math.log(value))));
