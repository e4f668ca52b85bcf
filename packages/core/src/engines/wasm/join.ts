/**
 * output[r] = [piece, piece, …] side by side: rows are copied, and backward copied or added back. Pieces may begin at any
 * column, so that nothing is written beyond their width: whole vectors first, then what is left number by number.
 */
import type { Integers, JoinPiece, JoinSpec, Operation, Span, Tensor } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type KernelFunction, type Linked, type PlanContext } from "./compile.ts";
import { f32, f32x4, i32, v128 } from "./instructions.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";

type Address = Local<"i32">;

const VECTOR_BYTES = 16;
/** Vectors a turn. */
const TURN_BYTES = 4 * VECTOR_BYTES;

/** What becomes of a row's old numbers. */
type Write = "copy" | "add";

/** Gives the code that writes a row of so many bytes. */
function hoistRow(f: FunctionBuilder, width: Address, write: Write) {
  const turns = f.let(i32.and(width, -TURN_BYTES));
  const vectors = f.let(i32.and(width, -VECTOR_BYTES));
  const at = f.local("i32");
  const source = f.local("i32");
  const target = f.local("i32");
  const vector = (constant: number): void => {
    const value = v128.load(source, constant);
    const sum = (): typeof value => f32x4.add(v128.load(target, constant), value);
    f.store(target, write === "add" ? sum() : value, constant);
  };
  const stretch = (start: Address | number, end: Address, by: number, body: () => void): void =>
    f.forLoop(at, start, end, by, () => {
      body();
      f.increment(source, by);
      f.increment(target, by);
    });
  return (from: Address, to: Address): void => {
    f.set(source, from);
    f.set(target, to);
    stretch(0, turns, TURN_BYTES, () => {
      for (let constant = 0; constant < TURN_BYTES; constant += VECTOR_BYTES) vector(constant);
    });
    stretch(turns, vectors, VECTOR_BYTES, () => vector(0));
    stretch(vectors, width, 4, () => {
      const value = f32.load(source);
      f.store(target, write === "add" ? f32.add(f32.load(target), value) : value);
    });
  };
}

const ROWS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Rows one after another: from, to, their strides, how many, bytes of each. */
function emitRows(write: Write) {
  return (
    f: FunctionBuilder,
    from: Address,
    fromStride: Address,
    to: Address,
    toStride: Address,
    rows: Address,
    width: Address,
  ): void => {
    const writeRow = hoistRow(f, width, write);
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      writeRow(from, to);
      f.increment(from, fromStride);
      f.increment(to, toStride);
    });
  };
}

const REVERSED = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // plain, plainStride, turned, turnedStride, lengths
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // step, batch, from, to, width
] as const;

/**
 * One step of sequences that are turned round. `plain` is a tensor in the order of steps, of which this is the step's first
 * row; `turned` the first row of the one that is read (`gather`) or written, at the step counted from the end.
 */
function emitReversed(gather: boolean, write: Write) {
  return (
    f: FunctionBuilder,
    plain: Address,
    plainStride: Address,
    turned: Address,
    turnedStride: Address,
    lengths: Address,
    step: Address,
    batch: Address,
    from: Address,
    to: Address,
    width: Address,
  ): void => {
    const writeRow = hoistRow(f, width, write);
    const length = f.local("i32");
    const at = f.local("i32");
    const row = f.let(i32.add(plain, i32.mul(from, plainStride)));
    const rowOf = (t: ReturnType<typeof i32.add>, b: Address): ReturnType<typeof i32.add> =>
      i32.add(turned, i32.mul(i32.add(i32.mul(t, batch), b), turnedStride));
    f.forLoop(f.local("i32"), from, to, 1, (b) => {
      f.set(length, i32.load(i32.add(lengths, i32.shl(b, 2))));
      f.if(
        i32.gt_s(length, step),
        () => {
          f.set(at, rowOf(i32.sub(i32.sub(length, 1), step), b));
          if (gather) writeRow(at, row);
          else writeRow(row, at);
        },
        () => {
          // Behind the end: nothing is read, and of what is overwritten the step itself is left.
          if (gather) f.fillZero(row, width);
          else if (write === "copy") {
            f.set(at, rowOf(step, b));
            f.fillZero(at, width);
          }
        },
      );
      f.increment(row, plainStride);
    });
  };
}

/** A place of rows in memory: a tensor, or some columns of one. */
type Rows = Pick<Tensor, "offset" | "stride">;

export function join(spec: JoinSpec, context: PlanContext): (linked: Linked) => Operation {
  const { pieces, lengths, output, training } = spec;
  const rows = (write: Write) => context.kernel(`join ${write}`, ROWS, null, emitRows(write));
  const turned = (name: string, gather: boolean, write: Write) =>
    context.kernel(`join reversed ${name}`, REVERSED, null, emitReversed(gather, write));
  const turns = lengths !== null && pieces.some(({ at }) => at === "reversed");
  const copyKernel = rows("copy");
  const gatherKernel = turns ? turned("gather", true, "copy") : null;
  const addKernel = training && rows("add");
  const scatterKernel = training && turns ? turned("scatter", false, "copy") : null;
  const scatterAddKernel = training && turns ? turned("scatter add", false, "add") : null;
  const columns = pieces.map((_, i) =>
    pieces.slice(0, i).reduce((total, { value }) => total + value.width, 0),
  );
  /** The columns of each piece in a tensor that is laid out like the output. */
  const parts = ({ offset, stride }: Tensor): readonly Rows[] =>
    columns.map((column) => ({ offset: offset + column, stride }));
  const outputParts = parts(output);
  const gradientParts = training ? parts(training.outputGradient) : [];

  return (linked) => {
    const { numbers } = linked;
    const copy = linked.function(copyKernel);
    const gather = gatherKernel && linked.function(gatherKernel);
    const add = addKernel && linked.function(addKernel);
    const scatter = scatterKernel && linked.function(scatterKernel);
    const scatterAdd = scatterAddKernel && linked.function(scatterAddKernel);

    const forwardPiece = ({ at, value }: JoinPiece, part: Rows, span: Span): void => {
      const { batch, from, start = 0, steps, axisSteps = steps } = span;
      if (at === "same" || at === "previous") {
        const back = at === "previous" ? batch : 0;
        const count = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const row = runStart(span, run);
          move(copy, value, row - back, part, row, count, value.width);
        }
        return;
      }
      const count = span.to - from;
      for (let t = start; t < steps; t++) {
        if (at === "reversed" && gather && lengths) {
          turn(gather, part, value, lengths, t, span, value.width);
          continue;
        }
        const step = at === "once" ? 0 : axisSteps - 1 - t;
        move(copy, value, step * batch + from, part, t * batch + from, count, value.width);
      }
    };

    const backwardPiece = (
      { at, accumulate }: JoinPiece,
      gradient: Tensor,
      part: Rows,
      span: Span,
    ): void => {
      if (!add) return;
      const { batch, from, to, start = 0, steps, axisSteps = steps } = span;
      const { width, offset, stride } = gradient;
      const write = accumulate ? add : copy;
      if (at === "same") {
        const count = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const row = runStart(span, run);
          move(write, part, row, gradient, row, count, width);
        }
        return;
      }
      if (at === "once" && !accumulate && steps === axisSteps) {
        numbers.fill(0, offset + from * stride, offset + to * stride);
      }
      const turnBack = accumulate ? scatterAdd : scatter;
      for (let t = steps - 1; t >= start; t--) {
        if (at !== "reversed") {
          move(add, part, t * batch + from, gradient, from, to - from, width);
        } else if (turnBack && lengths) {
          turn(turnBack, part, gradient, lengths, t, span, width);
        } else {
          const row = (axisSteps - 1 - t) * batch + from;
          move(write, part, t * batch + from, gradient, row, to - from, width);
        }
      }
    };

    return {
      prepare() {},

      forward(span) {
        for (let i = 0; i < pieces.length; i++) forwardPiece(pieces[i], outputParts[i], span);
      },

      backward(span) {
        if (!training) return noTraining("join");
        for (let i = 0; i < pieces.length; i++) {
          const { gradient } = pieces[i];
          if (gradient) backwardPiece(pieces[i], gradient, gradientParts[i], span);
        }
      },

      /** It learns nothing. */
      gradients() {
        if (!training) noTraining("join");
      },
    };
  };
}

function move(
  kernel: KernelFunction<typeof ROWS, null>,
  from: Rows,
  fromRow: number,
  to: Rows,
  toRow: number,
  rows: number,
  width: number,
): void {
  kernel(
    bytes(from.offset + fromRow * from.stride),
    bytes(from.stride),
    bytes(to.offset + toRow * to.stride),
    bytes(to.stride),
    rows,
    bytes(width),
  );
}

function turn(
  kernel: KernelFunction<typeof REVERSED, null>,
  plain: Rows,
  turned: Rows,
  { offset }: Integers,
  step: number,
  { batch, from, to }: Span,
  width: number,
): void {
  kernel(
    bytes(plain.offset + step * batch * plain.stride),
    bytes(plain.stride),
    bytes(turned.offset),
    bytes(turned.stride),
    bytes(offset),
    step,
    batch,
    from,
    to,
    bytes(width),
  );
}
