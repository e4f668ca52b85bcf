/** What stories whose subject changes say of each cell: recall by distance and by changes, and what the gate that keeps did. */
import { linePlot } from "../plot.ts";
import { estimateText, meanInterval, wilson } from "../statistics.ts";
import type { DoneRun, Report, ReportTable, Verdict } from "../task.ts";
import {
  CHANGES,
  type ContextResult,
  type ContextSettings,
  type Count,
  DISTANCES,
  LONGEST_LEARNT,
  type Recall,
} from "./contextChange.ts";

type Done = DoneRun<ContextSettings, ContextResult>;

interface Kind {
  readonly name: string;
  readonly recalls: readonly Recall[];
}

/** A gate counts as emptied or kept, in words, below and above: the middle of its range. */
const HALF = 0.5;
const LEARNT = 0.95;

export async function contextReport(done: readonly Done[]): Promise<Report> {
  const cells = [...new Set(done.map(({ settings }) => settings.cell))];
  const runsOf = (cell: string) => done.filter(({ settings }) => settings.cell === cell);
  const kinds: Kind[] = cells.flatMap((cell) => {
    const runs = runsOf(cell);
    const open = runs.flatMap(({ result }) => result.recallOpen ?? []);
    const kind = { name: cell, recalls: runs.map(({ result }) => result.recall) };
    return open.length > 0 ? [kind, { name: `${cell}, f held at 1`, recalls: open }] : [kind];
  });
  const gated = done.filter(({ result }) => result.gate !== null);
  const svg = await linePlot({
    title: "Answers recalled, by distance in words",
    x: { label: "words from the fact to its answer, to the bin's end", from: 0 },
    y: { label: "share of answers right", from: 0, to: 1 },
    lines: kinds.map(({ name, recalls }) => ({
      name,
      points: DISTANCES.map((distance, index) => {
        const shares = recalls.map(({ byDistance }) => shareOf(byDistance[index]));
        return {
          ...{ x: distance, y: mean(shares) },
          ...{ low: Math.min(...shares), high: Math.max(...shares) },
        };
      }),
    })),
    levels: [{ name: "a guess", y: 1 / 6 }],
  });
  return {
    verdicts: [...recallVerdicts(cells, runsOf), ...claimVerdicts(gated), ...openVerdicts(done)],
    tables: [
      recallTable(kinds),
      byTable("By words from the fact to its answer", distanceNames(), kinds, (r) => r.byDistance),
      byTable("By changes of subject since the fact", changeNames(), kinds, (r) => r.byChanges),
      ...(gated.length > 0 ? [gateTable(gated)] : []),
    ],
    figures: [
      {
        name: "context-change",
        caption: `Share of answers right by distance: mean over the seeds, with the least and the most as a band. Learnt from stories of up to ${LONGEST_LEARNT} words and signs.`,
        svg,
      },
    ],
    notes: [
      `Shares are means over the seeds with the least and the most; a test has the same stories for all: ${askedText(done)}.`,
      "Words and signs both count as words here, as both are tokens. Stories of any length tell four facts at the most, so that long ones test how long is kept and not how much.",
      "A change is the name of someone else at the head of a sentence; “named again” is a name of whom the story is about already, so that what the name does and what the change does can be told apart. Gates are means over all units of the layer, over stories with a change; intervals over stories, paired, Student's 95 %.",
      "With the forget gate held at 1 only that gate differs: weights, input and output gates are those that were learnt with it.",
      "Learning rates, the LSTM's forget bias of 2 and the lessons' lengths were found by trial on seed 1 of LSTM and GRU; LSTM without forget gate and RNN have had no search of their own.",
    ],
  };
}

function recallVerdicts(
  cells: readonly string[],
  runsOf: (cell: string) => readonly Done[],
): Verdict[] {
  return cells
    .filter((cell) => cell === "lstm" || cell === "gru")
    .map((cell) => {
      const shares = runsOf(cell).map(({ result }) => shareOf(result.recall.within));
      return {
        asked: `${cell}: at least 95 % right within the lengths learnt from, every seed`,
        measured: shares.map(percent).join(", "),
        reached: shares.every((share) => share >= LEARNT),
      };
    });
}

/** Two halves of the claim: near 1 while the context stays, near 0 when it changes. */
function claimVerdicts(gated: readonly Done[]): Verdict[] {
  const forgetting = gated.filter(({ result }) => result.gate?.signal === "f");
  return [...new Set(forgetting.map(({ settings }) => settings.cell))].map((cell) => {
    const gates = forgetting.flatMap(({ settings, result }) =>
      settings.cell === cell && result.gate ? [result.gate] : [],
    );
    const falls = gates.every(({ difference }) => difference.high < 0);
    const forgets = gates.every(({ atChange }) => atChange < HALF);
    const values = gates.map(({ atChange, elsewhere, difference, unitsFalling: { by05, of } }) => {
      const units = `${by05} of ${of} units lower by more than 0.5`;
      const means = `${atChange.toFixed(2)} at a change, ${elsewhere.toFixed(2)} elsewhere`;
      return `${means}, difference ${estimateText(difference, signed)}, ${units}`;
    });
    const said = forgets
      ? "forgotten: most of the memory goes"
      : falls
        ? "not forgotten: the gate falls, and most of the memory stays"
        : "not forgotten: the gate does not fall in every seed";
    return {
      asked: `${cell}: the forget gate nears 0 where the subject changes, as tutorials say`,
      measured: `${said} (${values.join("; ")})`,
      reached: falls && forgets,
    };
  });
}

/** No aim: what it does is what was asked. */
function openVerdicts(done: readonly Done[]): Verdict[] {
  const held = done.flatMap(({ result: { recall, recallOpen: open } }) =>
    open ? [{ recall, open }] : [],
  );
  if (held.length === 0) return [];
  const change = (part: "within" | "beyond") => {
    const from = mean(held.map(({ recall }) => shareOf(recall[part])));
    const to = mean(held.map(({ open }) => shareOf(open[part])));
    return `${percent(from)} to ${percent(to)}`;
  };
  return [
    {
      asked: "lstm: what holding the forget gate at 1 does to recall",
      measured: `from ${change("within")} within the lengths learnt from, from ${change("beyond")} beyond; means of ${held.length} ${held.length === 1 ? "seed" : "seeds"}`,
      reached: null,
    },
  ];
}

/** How many questions stand behind a share, and what chance does to it: 95 % of Wilson's interval at one half, where it is widest. */
function askedText(done: readonly Done[]): string {
  const counts = (["within", "beyond"] as const).map((part) => done[0].result.recall[part][1]);
  const halves = counts.map((asked) => {
    const { low, high } = wilson(Math.floor(asked / 2), asked);
    return `±${((high - low) / 2).toFixed(3)}`;
  });
  return `${counts[0]} questions within and ${counts[1]} beyond, so that chance moves one seed's share by ${halves.join(" and ")} at the most, and by more in single bins`;
}

function recallTable(kinds: readonly Kind[]): ReportTable {
  return {
    title: "Answers right",
    columns: ["cell", `stories to ${LONGEST_LEARNT} words`, "longer, to 200"],
    rows: kinds.map(({ name, recalls }) => [
      name,
      rangeText(recalls.map(({ within }) => within)),
      rangeText(recalls.map(({ beyond }) => beyond)),
    ]),
  };
}

function byTable(
  title: string,
  bins: readonly string[],
  kinds: readonly Kind[],
  countsOf: (recall: Recall) => readonly Count[],
): ReportTable {
  return {
    title,
    columns: ["cell", ...bins],
    rows: kinds.map(({ name, recalls }) => [
      name,
      ...bins.map((_, bin) => rangeText(recalls.map((recall) => countsOf(recall)[bin]))),
    ]),
  };
}

function gateTable(gated: readonly Done[]): ReportTable {
  return {
    title: "The gate that keeps, in the mean over units",
    columns: [
      ...["cell", "seed", "gate", "at a change of subject", "elsewhere", "difference"],
      ...["against the same subject named again", "units lower by 0.1 / 0.5", "stories"],
    ],
    rows: gated.flatMap(({ settings, result: { gate } }) => {
      if (!gate) return [];
      const { unitsFalling: units, difference, againstNamedAgain: again } = gate;
      return [
        [
          ...[settings.cell, String(settings.seed), gate.signal],
          ...[gate.atChange.toFixed(3), gate.elsewhere.toFixed(3)],
          ...[estimateText(difference, signed), estimateText(again, signed)],
          ...[`${units.by01} / ${units.by05} of ${units.of}`, String(gate.stories)],
        ],
      ];
    }),
  };
}

const distanceNames = () =>
  DISTANCES.map((to, index) => `${index === 0 ? 1 : DISTANCES[index - 1] + 1}–${to}`);
const changeNames = () =>
  CHANGES.map((from, index) => {
    const next = CHANGES[index + 1];
    if (next === undefined) return `${from} or more`;
    return next - from === 1 ? String(from) : `${from}–${next - 1}`;
  });

const shareOf = ([right, asked]: Count): number => (asked > 0 ? right / asked : Number.NaN);
const signed = (value: number): string => `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(3)}`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mean = (values: readonly number[]): number => meanInterval(values).value;

/** `97.1 (96.0–98.2)`, per cent; nothing where nothing was asked. */
function rangeText(counts: readonly Count[]): string {
  const shares = counts.map((count) => 100 * shareOf(count));
  if (shares.some(Number.isNaN)) return "";
  const show = (share: number) => share.toFixed(1);
  if (shares.length === 1) return show(shares[0]);
  return `${show(mean(shares))} (${show(Math.min(...shares))}–${show(Math.max(...shares))})`;
}
