/** What happened inside: every named signal of every recurrent layer, at every step of one sequence, as plain data. */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { ALL_SIGNALS } from "../layers/observation.ts";
import { encodePrompt } from "../models/generate.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";

/** One signal over one sequence: `values` is [steps, units]. */
export interface SignalTrace {
  readonly name: string;
  readonly caption: string;
  /** The values it can take, where its outermost function says so: [0, 1] for a gate. */
  readonly range: readonly [number, number] | null;
  readonly steps: number;
  readonly units: number;
  readonly values: Float32Array | Float64Array;
  at(step: number, unit: number): number;
}

/** A layer's signals by the names that its equations give them. */
export type LayerTrace<Names extends string = string> = Readonly<Record<Names, SignalTrace>>;

export interface Trace<Names extends string = string> {
  /** What was read, one string a step. */
  readonly tokens: readonly string[];
  readonly layers: readonly LayerTrace<Names>[];
}

/**
 * Reads a text and keeps what every signal was.
 *
 * @param text In the model's vocabulary.
 * @throws CellstateError `vocabulary` where the text has what the model does not know; `data` where it is empty.
 * @example trace(model, engine, "My name is Krish.").layers[0].f.at(3, 17)
 */
export function trace<Names extends string = string>(
  model: LanguageModel<Names>,
  engine: Engine,
  text: string,
): Trace<Names> {
  const tokens = encodePrompt(model, text);
  if (tokens.length === 0) {
    throw new CellstateError("data", "nothing to trace: the text is empty; give a few words");
  }
  const steps = tokens.length;
  const plan = new LanguagePlan(model, engine, { steps, batch: 1 }, "inference", {
    observe: ALL_SIGNALS,
  });
  plan.write(steps, tokens, null);
  plan.forward({ steps, batch: 1 });
  const { numbers } = plan.compiled;

  const layers = plan.layers.map(({ layer, signals }) => {
    const traces: [string, SignalTrace][] = signals.map(({ signal, into }) => {
      const { name, caption, range } = layer.cell.program.signals[signal];
      const { offset, stride, width } = into;
      const values = numbers.slice(0, steps * width);
      for (let t = 0; t < steps; t++) {
        const row = offset + t * stride;
        values.set(numbers.subarray(row, row + width), t * width);
      }
      const at = (step: number, unit: number): number => values[step * width + unit];
      return [name, { name, caption, range, steps, units: width, values, at }];
    });
    // The names are those of the cell's equations, which is what `Names` stands for.
    return Object.fromEntries(traces) as LayerTrace<Names>;
  });
  return { tokens: Array.from(tokens, (token) => model.vocabulary.items[token]), layers };
}
