/**
 * Units that a person can read, after Karpathy, Johnson and Li (2015): a character model of tinyshakespeare, and which of its units
 * follow the place in a line, who is about to speak, and how far a word has gone; on text that it has not learnt from.
 */
import { readFileSync } from "node:fs";
import {
  createLanguageModel,
  createWasmEngine,
  evaluate,
  findCell,
  findUnits,
  type LanguageModel,
  linePosition,
  type Predicate,
  trace,
  train,
  Vocabulary,
} from "../../packages/core/src/index.ts";
import { dataPath } from "../shapes/common.ts";
import type { PaperTask, Run, RunOptions } from "../task.ts";
import { interpretableReport } from "./interpretableUnitsReport.ts";

export type UnitsSettings = {
  readonly seed: number;
  readonly hiddenSize: number;
  /** Updates of 2,500 characters; 0 for the model as it is drawn, to compare with. */
  readonly steps: number;
  /** Characters of held-out text that units are chosen and scored on, one half each. */
  readonly characters: number;
};

export type UnitsResult = {
  /** Nats a character, held out. */
  readonly loss: number;
  readonly predicates: readonly PredicateResult[];
};

export type PredicateResult = {
  readonly name: string;
  /** Correlation with the label on the half that was not chosen on, and the level that turned labels reach in one search of twenty. */
  readonly level: number;
  readonly aboveLevel: number;
  readonly considered: number;
  readonly best: readonly {
    readonly signal: string;
    readonly unit: number;
    readonly score: number;
    readonly auc: number | null;
    readonly above: boolean;
  }[];
  /** A stretch of the scored half with the best unit's signal at each character; null where nothing was learnt. */
  readonly shown: { readonly text: string; readonly values: readonly number[] } | null;
};

/** Speakers stand in a line of their own that ends in a colon: `First Citizen:`. A line is one if nothing else is in it. */
const SPEAKER_LINE = /(?<=^|\n)[A-Z][^\n:.,;!?]*:(?=\n)/g;

/** 1 within the line that names who speaks, its colon included. */
export const speakerName: Predicate = (tokens) => {
  const labels = new Uint8Array(tokens.length);
  for (const match of tokens.join("").matchAll(SPEAKER_LINE)) {
    labels.fill(1, match.index, match.index + match[0].length);
  }
  return labels;
};

/** 1 in the first line that someone speaks, up to its end. */
export const firstLineOfSpeech: Predicate = (tokens) => {
  const text = tokens.join("");
  const labels = new Uint8Array(tokens.length);
  for (const match of text.matchAll(SPEAKER_LINE)) {
    const from = match.index + match[0].length + 1;
    const end = text.indexOf("\n", from);
    labels.fill(1, from, end < 0 ? text.length : end);
  }
  return labels;
};

/** Letters since the word began; 0 between words. */
export const wordPosition: Predicate = (tokens) => {
  let position = 0;
  return Float64Array.from(tokens, (token) => {
    position = /[\p{L}']/u.test(token) ? position + 1 : 0;
    return position;
  });
};

const PREDICATES: readonly { readonly name: string; readonly predicate: Predicate }[] = [
  { name: "place in the line", predicate: linePosition },
  { name: "name of the speaker", predicate: speakerName },
  { name: "first line of a speech", predicate: firstLineOfSpeech },
  { name: "letters of the word so far", predicate: wordPosition },
];

const SEEDS = 3;
const HIDDEN_SIZE = 128;
const STEPS = 2500;
const CHARACTERS = 40_000;
const SHOWN = 640;
const BEST = 3;
/** The last tenth is not learnt from. */
const HELD_OUT = 0.1;

export const interpretableUnits: PaperTask<UnitsSettings, UnitsResult> = {
  name: "interpretable-units",
  title: "Units that can be read",
  about:
    "An LSTM of 1×128 units that has read 6,250,000 characters of tinyshakespeare: which units of c and h follow the place in the line, the speaker's name, the first line of a speech and the letters of a word, on held-out text; beside the same model untrained.",
  source:
    "A. Karpathy, J. Johnson and L. Fei-Fei, 2015, Visualizing and Understanding Recurrent Networks (arXiv:1506.02078)",
  criterion:
    "For each label a unit chosen on one half of the held-out text scores on the other above the level that labels turned in a circle reach in one of twenty searches, for every seed.",
  data: ["tinyshakespeare.txt"],
  published: ["karpathy15-units"],

  runs({ seeds, quick }: RunOptions): readonly Run<UnitsSettings>[] {
    const runs: Run<UnitsSettings>[] = [];
    for (let seed = 1; seed <= (seeds ?? (quick ? 1 : SEEDS)); seed++) {
      const sizes = quick
        ? { hiddenSize: 16, characters: 4000 }
        : { hiddenSize: HIDDEN_SIZE, characters: CHARACTERS };
      for (const steps of [quick ? 60 : STEPS, 0]) {
        const key = `${steps > 0 ? "trained" : "untrained"}, seed ${seed}`;
        runs.push({ key, settings: { seed, steps, ...sizes } });
      }
    }
    return runs;
  },

  async run(settings, say) {
    const text = readFileSync(dataPath("tinyshakespeare.txt"), "utf8");
    const cut = text.indexOf("\n\n", Math.floor(text.length * (1 - HELD_OUT))) + 2;
    const vocabulary = Vocabulary.of([text], "characters");
    const model = await learnCharacters(settings, vocabulary, text.slice(0, cut), say);
    const heldOut = text.slice(cut, cut + settings.characters);
    const engine = createWasmEngine();
    const documents = [{ name: "held out", tokens: vocabulary.encode(heldOut).tokens }];
    const predicates = PREDICATES.map(({ name, predicate }): PredicateResult => {
      const found = findUnits(model, engine, [heldOut], predicate, { count: BEST });
      say(`${name}: ${found.units[0].score.toFixed(3)}, level ${found.level.toFixed(3)}`);
      const best = found.units.map(({ signal, unit, score, auc, above }) => ({
        ...{ signal, unit, score: rounded(score), above },
        auc: auc === null ? null : rounded(auc),
      }));
      return {
        ...{ name, level: rounded(found.level), best },
        ...{ aboveLevel: found.aboveLevel, considered: found.considered },
        shown: settings.steps > 0 ? stretchOf(model, heldOut, best[0]) : null,
      };
    });
    return { loss: rounded(evaluate(model, engine, documents).loss), predicates };
  },

  report: interpretableReport,
};

async function learnCharacters(
  { seed, hiddenSize, steps }: UnitsSettings,
  vocabulary: Vocabulary,
  text: string,
  say: (line: string) => void,
): Promise<LanguageModel> {
  const model = createLanguageModel(
    {
      ...{ cell: findCell("lstm"), vocabulary, hiddenSize, layers: 1 },
      ...{ embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
    },
    { init: "default", forgetBias: 1, chronoSteps: 50, seed },
  );
  if (steps === 0) return model;
  const run = train(model, {
    engine: createWasmEngine(),
    documents: [{ name: "tinyshakespeare", tokens: vocabulary.encode(text).tokens }],
    ...{ length: { steps }, batchSize: 50, window: 50, seed },
    optimizer: { name: "adam", learningRate: 0.01 },
    schedule: "cosine:0.05",
    clip: { norm: 5 },
  });
  for await (const event of run) {
    if (event.kind === "step" && event.progress.step % 500 === 0) {
      say(`step ${event.progress.step}: ${event.loss.toFixed(3)} nats a character`);
    }
  }
  return model;
}

/** From the middle on, where the half that scores begins; read from a speech's beginning. */
function stretchOf(
  model: LanguageModel,
  text: string,
  { signal, unit }: { readonly signal: string; readonly unit: number },
): NonNullable<PredicateResult["shown"]> {
  const from = text.indexOf("\n\n", text.length >> 1) + 2;
  const shown = text.slice(from, from + SHOWN);
  const seen = trace(model, createWasmEngine(), shown).layers[0][signal];
  const values = Array.from(shown, (_, step) => Number(seen.at(step, unit).toFixed(2)));
  return { text: shown, values };
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
