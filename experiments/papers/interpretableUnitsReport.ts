/** What was found of readable units: scores beside the level of chance and the untrained model, and text coloured by a unit. */
import { estimateText, mean, meanInterval } from "../statistics.ts";
import type { DoneRun, Figure, Report, Verdict } from "../task.ts";
import { type ColouredText, colouredTexts } from "./colouredText.ts";
import type { PredicateResult, UnitsResult, UnitsSettings } from "./interpretableUnits.ts";

type Done = DoneRun<UnitsSettings, UnitsResult>;

const score = (value: number): string => value.toFixed(2);

export function interpretableReport(done: readonly Done[]): Report {
  const trained = done.filter(({ settings }) => settings.steps > 0);
  const untrained = done.filter(({ settings }) => settings.steps === 0);
  const names = [...new Set(done.flatMap(({ result }) => result.predicates.map((p) => p.name)))];
  const found = (runs: readonly Done[], name: string): PredicateResult[] =>
    runs.flatMap(({ result }) => result.predicates.filter((predicate) => predicate.name === name));
  const bestText = (all: readonly PredicateResult[]): string =>
    all.length > 0 ? estimateText(meanInterval(all.map(({ best }) => best[0].score)), score) : "";

  const verdicts = names.flatMap((name): Verdict[] => {
    const all = found(trained, name);
    if (all.length === 0) return [];
    const above = all.filter(({ best }) => best[0].above).length;
    return [
      {
        asked: `${name}: a unit above the level of shuffled labels, every seed`,
        measured: `${above} of ${all.length} seeds; ${all.map(({ best, level }) => `${score(best[0].score)} against ${score(level)}`).join(", ")}`,
        reached: above === all.length,
      },
    ];
  });
  if (trained.length > 0) {
    verdicts.push({
      asked: "inside quotes, or brackets: a unit above the level of shuffled labels, every seed",
      measured:
        "not possible: quotes: none in the text, nor brackets (none of its 65 characters is one)",
      reached: false,
    });
  }
  const rows = names.map((name) => {
    const all = found(trained, name);
    const aucs = all.flatMap(({ best }) => best[0].auc ?? []);
    return [
      ...[name, bestText(all)],
      all.length > 0 ? score(mean(all.map(({ level }) => level))) : "",
      aucs.length > 0 ? mean(aucs).toFixed(3) : "",
      all.map(({ aboveLevel, considered }) => `${aboveLevel} of ${considered}`).join(", "),
      all.map(({ best: [{ signal, unit }] }) => `${signal} ${unit}`).join(", "),
      bestText(found(untrained, name)),
    ];
  });
  const losses = trained.map(({ result }) => result.loss);
  return {
    verdicts,
    tables: [
      {
        title: "The unit that follows each label best",
        columns: [
          ...["label", "score: correlation", "level of shuffled labels", "AUC"],
          ...["units above the level, by seed", "which, by seed", "the untrained model's best"],
        ],
        rows,
      },
    ],
    figures: picturesOf(trained),
    notes: [
      "Units that follow quotes or brackets, which the paper shows, cannot be looked for in a text without them: that aim would take another text.",
      "Units are chosen on the first half of 40,000 held-out characters and scored on the second; “shuffled” labels are the true ones turned in a circle by 100 distances, which keeps how slowly they change. Intervals: Student's over the seeds, 95 %.",
      "An untrained model has units above the level too: its best score stands in the last column, and what was learnt is the difference.",
      ...(losses.length > 0
        ? [
            `Held-out loss of the trained models: ${losses.map((loss) => loss.toFixed(3)).join(", ")} nats a character.`,
          ]
        : []),
    ],
  };
}

/** The first seed's best units for the first two labels. */
function picturesOf(trained: readonly Done[]): Figure[] {
  const [first] = trained;
  if (!first) return [];
  const texts = first.result.predicates.flatMap(({ name, best: [unit], shown }): ColouredText[] =>
    shown
      ? [
          {
            title: `${name}: unit ${unit.unit} of ${unit.signal}, correlation ${score(unit.score)}`,
            ...shown,
          },
        ]
      : [],
  );
  if (texts.length === 0) return [];
  return [
    {
      name: "interpretable-units",
      caption:
        "Held-out text, each character coloured by the signal of the unit that follows a label best (seed 1): orange below 0, blue above, as strong as the largest of the stretch.",
      svg: colouredTexts(texts.slice(0, 2)),
    },
  ];
}
