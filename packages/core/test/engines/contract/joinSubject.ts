/** Joins as subjects of the contract suite. */
import { initialState, positions } from "../../../src/engines/cellTensors.ts";
import type { JoinPiece } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { below, type MakeSubject, within } from "./subject.ts";
import { elementsOf, input, integerPositions, integers, part } from "./subjects.ts";

export interface JoinOptions {
  readonly pieces: readonly {
    readonly at: JoinPiece["at"];
    readonly width: number;
    readonly wanted: boolean;
    readonly accumulate: boolean;
  }[];
  /** Whether sequences have lengths of their own: 0 to the call's steps. */
  readonly lengths: boolean;
}

export function joinSubject(options: JoinOptions): MakeSubject {
  return (capacity, used) => {
    const layout = new Layout();
    const rows = used.steps * used.batch;
    const roomy = capacity.steps * capacity.batch;
    const lengths = options.lengths ? layout.integers(capacity.batch) : null;
    const pieces: JoinPiece[] = options.pieces.map(({ at, width, wanted, accumulate }) => {
      const isOnce = at === "once";
      const before = at === "previous" ? capacity.batch : 0;
      const value = layout.tensor(isOnce ? capacity.batch : roomy, width, before);
      const gradientRows = isOnce || at === "previous" ? capacity.batch : roomy;
      const gradient = wanted ? layout.tensor(gradientRows, width) : null;
      return { at, value, gradient, accumulate };
    });
    const width = pieces.reduce((total, { value }) => total + value.width, 0);
    const y = layout.tensor(roomy, width);
    const dy = layout.tensor(roomy, width);
    /** Where a piece's gradient is, and whether it holds something before. */
    const gradients = pieces.flatMap(({ at, gradient, accumulate }, i) => {
      if (!gradient) return [];
      const isRow = at === "same";
      const count = isRow || at === "reversed" ? rows : used.batch;
      const held = { ...part(`d${at} ${i}`, gradient, count), isOtherAxis: !isRow };
      return [{ held, begins: accumulate || at === "previous" }];
    });
    return {
      spec: { kind: "join", pieces, lengths, output: y, training: { outputGradient: dy } },
      size: layout.size,
      inputs: [
        ...pieces.flatMap(({ at, value }, i) => [
          input(`${at} ${i}`, value, at === "once" ? used.batch : rows),
          ...(at === "previous"
            ? [input(`before ${i}`, initialState(value, used.batch), used.batch)]
            : []),
        ]),
        input("dy", dy, rows),
        ...gradients
          .filter(({ begins }) => begins)
          .map(({ held }) => ({ ...held, what: `${held.what} before`, value: within(1) })),
      ],
      integers: lengths ? [integers("lengths", lengths, below(used.steps + 1), used.batch)] : [],
      forward: [part("y", y, rows)],
      backward: gradients.map(({ held }) => held),
      gradients: [],
      elements: [
        ...elementsOf(y, dy, ...pieces.flatMap(({ value, gradient }) => [value, gradient])),
        ...pieces
          .filter(({ at }) => at === "previous")
          .flatMap(({ value }) => positions(initialState(value, capacity.batch))),
        ...(lengths ? integerPositions(lengths) : []),
      ],
    };
  };
}
