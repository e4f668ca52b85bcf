/** Attention as a subject of the contract suite: over steps of an output, with a source of other steps. */
import type { AttentionSpec } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type MakeSubject } from "./subject.ts";
import { elementsOf, input, integerPositions, integers, part, whole } from "./subjects.ts";

export interface AttentionOptions {
  readonly score: AttentionSpec["score"];
  readonly keySize: number;
  readonly valueSize: number;
  /** Whether keys are the values, and their gradients one tensor. */
  readonly shared: boolean;
  /** Steps of the source, and room beside them. */
  readonly sourceSteps: number;
  readonly moreSourceSteps: number;
  /** Whether sequences have lengths of their own, 0 to the source's steps. */
  readonly lengths: boolean;
  /** Queries and keys within ± this. @default 1 */
  readonly size?: number;
}

export function attentionSubject(options: AttentionOptions): MakeSubject {
  const { score, keySize: K, shared, sourceSteps, size } = options;
  const V = shared ? K : options.valueSize;
  return (capacity, used) => {
    const layout = new Layout();
    // A plan of the call alone has room for no more steps of the source either.
    const isRoomy = capacity.steps > used.steps || capacity.batch > used.batch;
    const sourceRoom = sourceSteps + (isRoomy ? options.moreSourceSteps : 0);
    const output = (width: number) => layout.tensor(capacity.steps * capacity.batch, width);
    const source = (width: number) => layout.tensor(sourceRoom * capacity.batch, width);
    const queries = output(K);
    const keys = source(K);
    const values = shared ? keys : source(V);
    const vector = score === "additive" ? layout.tensor(1, K) : null;
    const lengths = options.lengths ? layout.integers(capacity.batch) : null;
    const weights = output(sourceRoom);
    const y = output(V);
    const dy = output(V);
    const dQueries = output(K);
    const dKeys = source(K);
    const dValues = shared ? dKeys : source(V);
    const dVector = vector && layout.tensor(1, K);
    const rows = used.steps * used.batch;
    const sourceRows = sourceSteps * used.batch;
    const columns = { ...weights, width: sourceSteps };
    return {
      spec: {
        kind: "attention",
        over: "outputSteps",
        score,
        queries,
        keys,
        values,
        vector,
        lengths,
        weights,
        output: y,
        training: {
          outputGradient: dy,
          queriesGradient: dQueries,
          keysGradient: dKeys,
          valuesGradient: dValues,
          vectorGradient: dVector,
        },
      },
      size: layout.size,
      source: { steps: sourceSteps, capacity: sourceRoom },
      inputs: [
        input("queries", queries, rows, size),
        input("keys", keys, sourceRows, size),
        ...(shared ? [] : [input("values", values, sourceRows)]),
        ...(vector ? [input("vector", vector)] : []),
        input("dy", dy, rows),
      ],
      integers: lengths ? [integers("lengths", lengths, below(sourceSteps + 1), used.batch)] : [],
      forward: [part("weights", columns, rows), part("y", y, rows)],
      backward: [
        part("dQueries", dQueries, rows),
        { ...part("dKeys", dKeys, sourceRows), isOtherAxis: true },
        ...(shared ? [] : [{ ...part("dValues", dValues, sourceRows), isOtherAxis: true }]),
      ],
      gradients: dVector ? [whole("dVector", dVector)] : [],
      elements: [
        ...elementsOf(queries, keys, values, vector, columns, y, dy),
        ...elementsOf(dQueries, dKeys, dValues, dVector),
        ...(lengths ? integerPositions(lengths) : []),
      ],
    };
  };
}
