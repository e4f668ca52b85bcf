import {
  afterName,
  CellstateError,
  type FoundUnits,
  findUnits,
  PREDICATES,
  type Trace,
} from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

/** How many units are named. */
const COUNT = 12;

export function answerFind(library: Library, { by, place, ...ask }: Ask<"find">): Answer<"find"> {
  const subject = library.subject(ask);
  const trace = library.trace(ask);
  const options = { layers: [place], count: COUNT };
  let found: FoundUnits;
  if (by.kind === "span") {
    const { from, to } = by;
    const labels = trace.labels.map((_, step) => step >= from && step <= to);
    // A span of a text seldom reaches over both halves of it: the same steps choose and score, and the page says so.
    const same = { ...options, heldOut: false };
    found = findUnits(subject.model, library.engine, [subject.input], [labels], same);
  } else {
    if (subject.family !== "language")
      throw new CellstateError(
        "data",
        "these rules are of texts; this model reads none: use a span",
      );
    found = findUnits(
      subject.model,
      library.engine,
      [subject.input],
      by.kind === "names" ? afterName(by.names) : PREDICATES[by.name],
      options,
    );
  }
  const { units, level, aboveLevel, considered, steps } = found;
  const [best] = units;
  const suggested = by.kind === "span" && best ? thresholdOf(trace, best, by.from, by.to) : null;
  return {
    units: units.map(({ signal, unit, score, sign, above }) => ({
      ...{ signal, unit, score, sign, above },
    })),
    ...{ level, aboveLevel, considered, suggested },
    scoredOn: steps.scoredOn,
  };
}

/** The value that parts the span's steps from the others best: the mean of the two shares that it puts on their side. */
function thresholdOf(
  { layers }: Trace,
  { layer, signal, unit, sign }: FoundUnits["units"][number],
  from: number,
  to: number,
): Answer<"find">["suggested"] {
  const traced = layers[layer][signal];
  const values = Array.from({ length: traced.steps }, (_, step) => traced.at(step, unit));
  const ascending = [...new Set(values)].sort((a, b) => a - b);
  const inside = to - from + 1;
  const outside = values.length - inside;
  let best: Answer<"find">["suggested"] = null;
  for (let k = 1; k < ascending.length; k++) {
    const threshold = (ascending[k - 1] + ascending[k]) / 2;
    let [hit, missed] = [0, 0];
    for (const [step, value] of values.entries()) {
      const isOver = sign * (value - threshold) > 0;
      if (step >= from && step <= to && isOver) hit++;
      if ((step < from || step > to) && !isOver) missed++;
    }
    const balanced = (hit / inside + missed / outside) / 2;
    if (!best || balanced > best.balanced) {
      best = { threshold, hit, inside, wrong: outside - missed, outside, balanced };
    }
  }
  return best;
}
