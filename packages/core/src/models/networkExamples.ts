/** Whether examples are what a network was made for: what is written into a plan must keep to its place. */
import type { ExampleBatch } from "../data/batches.ts";
import type { Cells, Examples, Ports, Sequences } from "../data/examples.ts";

/** @throws RangeError for examples of another kind or width than the ports, and where the steps of a batch's examples do not go together. */
export function checkExamples({ input, output }: Ports, examples: Examples, batch: ExampleBatch) {
  const { known, target } = examples;
  checkSequences("input", examples.input, input.kind === "tokens" ? input.size : input.width, {
    isTokens: input.kind === "tokens",
  });
  if (target) {
    const wanted = output.kind === "numbers" ? output.width : output.size;
    checkSequences("target", target, wanted, { isTokens: output.kind !== "numbers" });
  }
  if (known && output.kind === "numbers") {
    checkSequences("known", known, output.known, { isTokens: false });
  }
  for (let b = 0; b < batch.count; b++) {
    const example = batch.examples[b];
    const steps = examples.input.steps(example);
    if (input.kind === "vector") checkSteps("input", example, steps, 1);
    if (output.kind === "tokens" || output.each === "outputStep") {
      if (known && target)
        checkSteps("known", example, known.steps(example), target.steps(example));
    } else if (target) {
      checkSteps("target", example, target.steps(example), output.each === "step" ? steps : 1);
    }
  }
}

/**
 * @param unless What may stand there beside tokens.
 * @throws RangeError for what is no token.
 */
export function checkTokens(
  memory: Cells,
  at: number,
  count: number,
  size: number,
  unless = 0,
): void {
  for (let i = at; i < at + count; i++) {
    const token = memory[i];
    if ((token >= 0 && token < size) || token === unless) continue;
    throw new RangeError(`examples: expected tokens from 0 to ${size - 1}, got ${token}`);
  }
}

function checkSequences(
  what: string,
  sequences: Sequences,
  wanted: number,
  { isTokens }: { readonly isTokens: boolean },
): void {
  const given = sequences.kind === "tokens" ? sequences.size : sequences.width;
  if ((sequences.kind === "tokens") === isTokens && given === wanted) return;
  const shown = (areTokens: boolean, count: number): string =>
    areTokens ? `${count} tokens` : `vectors of ${count}`;
  throw new RangeError(
    `examples: ${what}: the network is for ${shown(isTokens, wanted)}, got ${shown(sequences.kind === "tokens", given)}`,
  );
}

function checkSteps(what: string, example: number, given: number, wanted: number): void {
  if (given === wanted) return;
  throw new RangeError(
    `examples: ${what} of example ${example}: expected ${wanted} steps, got ${given}`,
  );
}
