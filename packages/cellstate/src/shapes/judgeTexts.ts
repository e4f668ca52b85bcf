/** Judges what a model writes: pairs of texts, and texts for labels. */
import {
  bleu,
  bleuSums,
  type Condition,
  characterErrorRate,
  characterErrorSums,
  chrf,
  chrfSums,
  type Engine,
  exactMatch,
  type GenerationTask,
  type Network,
  NetworkEvaluator,
  sumsOf,
  type TransductionTask,
  type Values,
} from "@cellstate/core";
import { grouped } from "../terminal/text.ts";
import { predictions, slice } from "./answers.ts";
import { figure, type Judgement } from "./judgement.ts";

/** A source that stands several times may be written in any of its ways. */
export function groupPairs(
  sources: Values<string>,
  targets: Values<string>,
): { readonly sources: string[]; readonly references: string[][] } {
  const bySource = new Map<string, string[]>();
  for (let index = 0; index < sources.length; index++) {
    const source = sources.at(index) ?? "";
    const target = targets.at(index) ?? "";
    const known = bySource.get(source);
    if (known) known.push(target);
    else bySource.set(source, [target]);
  }
  return { sources: [...bySource.keys()], references: [...bySource.values()] };
}

/** @param most Distinct sources that are judged at most: the first ones. */
export function judgeTransduction(
  task: TransductionTask,
  network: Network,
  engine: Engine,
  inputs: Values<string>,
  targets: Values<string>,
  name: string,
  most = Number.POSITIVE_INFINITY,
): Judgement {
  const grouping = groupPairs(inputs, targets);
  const count = Math.min(most, grouping.sources.length);
  const sources = grouping.sources.slice(0, count);
  const references = grouping.references.slice(0, count);
  const written = [...predictions(task, network, engine, sources, name)].map(
    ({ prediction }) => prediction.text,
  );
  const exact = sumsOf(
    written.map((text, i) => [exactMatch(text, references[i]) ? 1 : 0]),
    1,
  );
  const all = grouping.sources.length;
  return {
    task: task.kind,
    of:
      count < all
        ? `the first ${grouped(count)} of ${grouped(all)} distinct sources`
        : all < inputs.length
          ? `${grouped(all)} distinct sources of ${grouped(inputs.length)} pairs`
          : `${grouped(all)} texts`,
    figures: [
      figure("exactMatch", "exact match", exact, (s) => s[0] / count, { as: "share" }),
      figure("chrf", "chrF", chrfSums(written, references), chrf),
      figure("bleu", "BLEU", bleuSums(written, references), bleu),
      figure(
        "characterErrorRate",
        "wrong characters",
        characterErrorSums(written, references),
        characterErrorRate,
        { as: "share" },
      ),
    ],
    details: [],
    verdict: null,
    more: { examples: count },
  };
}

/** The loss is summed over so many groups of examples, by which its interval is drawn. */
const GROUPS = 40;

export function judgeGeneration(
  task: GenerationTask,
  network: Network,
  engine: Engine,
  inputs: Values<Condition>,
  targets: Values<string>,
  name: string,
): Judgement {
  const examples = task.encode(inputs, targets, name);
  const size = Math.max(1, Math.ceil(examples.count / GROUPS));
  const rows: number[][] = [];
  for (let from = 0; from < examples.count; from += size) {
    const part = slice(examples, from, Math.min(size, examples.count - from));
    let counted = 0;
    for (let example = 0; example < part.count; example++) {
      counted += part.target?.steps(example) ?? 0;
    }
    const { loss } = new NetworkEvaluator(network, engine, part).evaluate();
    rows.push([loss * counted, counted]);
  }
  const sums = sumsOf(rows, 2);
  const tokens = rows.reduce((sum, [, counted]) => sum + counted, 0);
  return {
    task: task.kind,
    of: `${grouped(examples.count)} texts, ${grouped(tokens)} tokens`,
    figures: [
      figure("loss", "loss, nats a token", sums, (s) => s[0] / s[1]),
      figure("perplexity", "perplexity", sums, (s) => Math.exp(s[0] / s[1])),
    ],
    details: [],
    verdict: null,
    more: { examples: examples.count, tokens },
  };
}
