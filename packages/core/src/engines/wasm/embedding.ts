/** output[r] = table[tokens[r]]; the table's gradient collects each token's rows in order. */
import type { EmbeddingSpec, Operation } from "../engine.ts";
import { gatherRows, scatterRows } from "./cellRows.ts";
import type { Linked, PlanContext } from "./compile.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";

export function embedding(
  spec: EmbeddingSpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { tokens, table, output, training } = spec;
  const width = table.stride;
  const gather = gatherRows(
    context,
    { width, toStride: output.stride, fromStride: table.stride },
    false,
  );
  const scatter =
    training &&
    scatterRows(context, {
      width,
      toStride: training.tableGradient.stride,
      fromStride: training.outputGradient.stride,
    });

  return (linked) => {
    const runGather = gather(linked);
    const runScatter = scatter ? scatter(linked) : null;
    return {
      prepare() {},

      forward(span) {
        const rows = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const row = runStart(span, run);
          const to = output.offset + row * output.stride;
          runGather(to, table.offset, tokens.offset + row, rows);
        }
      },

      /** Tokens have no gradient. */
      backward() {
        if (!training) noTraining("embedding");
      },

      gradients({ steps, batch }, share) {
        if (!training || !runScatter) return noTraining("embedding");
        const { outputGradient, tableGradient } = training;
        const { offset, rows } = tableGradient;
        runScatter(offset, rows, outputGradient.offset, tokens.offset, steps * batch, share);
      },
    };
  };
}
