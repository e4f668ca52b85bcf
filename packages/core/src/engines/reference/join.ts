/** output[r] = [piece, piece, …] side by side: rows of the same step, counted from the end, of the step before, or of the sequence. */
import type { JoinPiece, JoinSpec, Operation, Span } from "../engine.ts";
import { noTraining } from "./rows.ts";

export function join(spec: JoinSpec, memory: Float64Array): Operation {
  const { pieces, lengths, output, training } = spec;
  /** The column with which each piece begins. */
  const columns = pieces.map((_, i) =>
    pieces.slice(0, i).reduce((total, { value }) => total + value.width, 0),
  );

  /** The row of a piece's value that stands at step t of sequence b; null behind the end of what is reversed. */
  const rowOf = ({ at }: JoinPiece, t: number, b: number, span: Span): number | null => {
    const { batch, steps, axisSteps = steps } = span;
    switch (at) {
      case "same":
        return t * batch + b;
      case "previous":
        return (t - 1) * batch + b;
      case "once":
        return b;
      case "reversed": {
        const length = lengths ? memory[lengths.offset + b] : axisSteps;
        return t < length ? (length - 1 - t) * batch + b : null;
      }
    }
  };

  return {
    prepare() {},

    forward(span) {
      const { batch, from, to, start = 0, steps } = span;
      for (let t = start; t < steps; t++) {
        for (let b = from; b < to; b++) {
          pieces.forEach((piece, i) => {
            const { value } = piece;
            const row = rowOf(piece, t, b, span);
            const y = output.offset + (t * batch + b) * output.stride + columns[i];
            for (let u = 0; u < value.width; u++) {
              memory[y + u] = row === null ? 0 : memory[value.offset + row * value.stride + u];
            }
          });
        }
      }
    },

    // What each piece was copied to goes back to where it came from; of many steps last first.
    backward(span) {
      if (!training) return noTraining("join");
      const { outputGradient } = training;
      const { batch, from, to, start = 0, steps, axisSteps = steps } = span;
      pieces.forEach((piece, i) => {
        const { at, gradient, accumulate } = piece;
        if (!gradient) return;
        const { offset, stride, width } = gradient;
        const overwrites = !accumulate && (at === "same" || at === "reversed");
        if (at === "once" && !accumulate && steps === axisSteps) {
          memory.fill(0, offset + from * stride, offset + to * stride);
        }
        for (let t = steps - 1; t >= start; t--) {
          for (let b = from; b < to; b++) {
            const dy = outputGradient.offset + (t * batch + b) * outputGradient.stride + columns[i];
            // The gradient of the state before is one row a sequence, whatever the step.
            const row = at === "previous" ? b : rowOf(piece, t, b, span);
            if (row === null) {
              // Step t itself lies behind the end.
              const dx = offset + (t * batch + b) * stride;
              if (overwrites) memory.fill(0, dx, dx + width);
              continue;
            }
            const dx = offset + row * stride;
            for (let u = 0; u < width; u++) {
              memory[dx + u] = (overwrites ? 0 : memory[dx + u]) + memory[dy + u];
            }
          }
        }
      });
    },

    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("join");
    },
  };
}
