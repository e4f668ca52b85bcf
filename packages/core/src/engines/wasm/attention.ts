/**
 * Attention: output[s, b] = Σ_t weights[s, b, t] · values[t, b], with weights = softmax over t of the scores of queries[s, b] and
 * keys[t, b]. One call of a kernel walks all queries of its sequences, a sequence after another, so that the sequence's keys and values
 * stay in cache; what is done with a query stands in `attentionRows.ts`.
 *
 * Backward goes from the last query to the first, in one call or many, and adds to the gradients of keys and values as it goes. What
 * a sequence adds to the gradient of the vector of additive scores is kept by itself, and summed over the batch by `gradients`.
 */
import type { AttentionSpec, Operation, PlanSpec } from "../engine.ts";
import { padded } from "../layout.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import {
  additiveBackward,
  additiveScores,
  addWeighted,
  dotProducts,
  softmaxRow,
  softmaxRowBackward,
  weightedSum,
} from "./attentionRows.ts";
import { sumRows } from "./cellRows.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { i32, type Value } from "./instructions.ts";
import { noTraining } from "./spans.ts";

type Address = Local<"i32">;

const CALL = [
  ...(["i32", "i32", "i32", "i32"] as const), // start, steps, batch, source steps
  ...(["i32", "i32"] as const), // from, to
] as const;
/** queries, keys, values, vector, lengths, weights, output; the call. */
const FORWARD = [...(["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const), ...CALL] as const;
/** As forward, with the output's gradient; the gradients of queries, keys, values and vector; the call; scratch; whether they begin. */
const BACKWARD = [...FORWARD, "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** What the code depends on: strides in bytes. */
interface Shape {
  readonly score: AttentionSpec["score"];
  readonly hasLengths: boolean;
  readonly queries: number;
  readonly keys: number;
  readonly values: number;
  readonly weights: number;
}

/** Steps of a sequence's source: its length, and never more than the call has. */
function setCount(
  f: FunctionBuilder,
  count: Address,
  source: Address,
  length: Value<"i32"> | null,
): void {
  f.set(count, length ?? source);
  if (length) f.if(i32.gt_u(count, source), () => f.set(count, source));
}

function forwardKernel(context: PlanContext, shape: Shape) {
  const scores =
    shape.score === "additive"
      ? ({ is: "additive", kernel: additiveScores(context) } as const)
      : ({ is: "dot", kernel: dotProducts(context) } as const);
  const softmax = softmaxRow(context);
  const sum = weightedSum(context);
  return context.kernel(
    `attention forward ${Object.values(shape).join(" ")}`,
    FORWARD,
    null,
    (f, queries, keys, values, vector, lengths, weights, output, ...call) => {
      const [start, steps, batch, source, from, to] = call;
      const count = f.local("i32");
      const row = f.let(i32.mul(start, batch));
      const rowAt = (tensor: Address, b: Address, stride: number) =>
        i32.add(tensor, i32.mul(i32.add(row, b), stride));
      const [q, a, o, k, v] = f.locals("i32", 5);
      const keyStep = f.let(i32.mul(batch, shape.keys));
      const valueStep = f.let(i32.mul(batch, shape.values));
      f.forLoop(f.local("i32"), from, to, 1, (b) => {
        const length = i32.load(i32.add(lengths, i32.shl(b, 2)));
        setCount(f, count, source, shape.hasLengths ? length : null);
        f.set(k, i32.add(keys, i32.mul(b, shape.keys)));
        f.set(v, i32.add(values, i32.mul(b, shape.values)));
        f.set(q, rowAt(queries, b, shape.queries));
        f.set(a, rowAt(weights, b, shape.weights));
        f.set(o, rowAt(output, b, shape.values));
        f.forLoop(f.local("i32"), start, steps, 1, () => {
          const { is, kernel } = scores;
          if (is === "dot") f.call(kernel, q, k, keyStep, count, a, shape.queries);
          else f.call(kernel, q, k, keyStep, count, a, shape.queries, vector);
          f.call(softmax, a, count, shape.weights);
          f.call(sum, a, v, valueStep, count, o, shape.values);
          f.increment(q, i32.mul(batch, shape.queries));
          f.increment(a, i32.mul(batch, shape.weights));
          f.increment(o, i32.mul(batch, shape.values));
        });
      });
    },
  );
}

function backwardKernel(context: PlanContext, shape: Shape) {
  const products = dotProducts(context);
  const softmax = softmaxRowBackward(context);
  const sum = weightedSum(context);
  const addRows = addWeighted(context);
  const additive = shape.score === "additive" ? additiveBackward(context) : null;
  return context.kernel(
    `attention backward ${Object.values(shape).join(" ")}`,
    BACKWARD,
    null,
    (f, queries, keys, values, vector, lengths, weights, dOutput, ...rest) => {
      const [start, steps, batch, source, from, to, ...gradients] = rest;
      const [dQueries, dKeys, dValues, dVectors, scratch, begins] = gradients;
      const count = f.local("i32");
      const last = f.let(i32.mul(i32.sub(steps, 1), batch));
      const rowAt = (tensor: Address, b: Address, stride: number) =>
        i32.add(tensor, i32.mul(i32.add(last, b), stride));
      const [q, a, dO, dq, k, v, dk, dv, dVector] = f.locals("i32", 9);
      const keyStep = f.let(i32.mul(batch, shape.keys));
      const valueStep = f.let(i32.mul(batch, shape.values));
      f.forLoop(f.local("i32"), from, to, 1, (b) => {
        const length = i32.load(i32.add(lengths, i32.shl(b, 2)));
        setCount(f, count, source, shape.hasLengths ? length : null);
        f.set(dVector, i32.add(dVectors, i32.mul(b, shape.queries)));
        f.if(begins, () => {
          f.set(dk, i32.add(dKeys, i32.mul(b, shape.keys)));
          f.set(dv, i32.add(dValues, i32.mul(b, shape.values)));
          f.forLoop(f.local("i32"), 0, source, 1, () => {
            f.fillZero(dk, shape.keys);
            f.fillZero(dv, shape.values);
            f.increment(dk, keyStep);
            f.increment(dv, valueStep);
          });
          if (additive) f.fillZero(dVector, shape.queries);
        });
        f.set(k, i32.add(keys, i32.mul(b, shape.keys)));
        f.set(v, i32.add(values, i32.mul(b, shape.values)));
        f.set(dk, i32.add(dKeys, i32.mul(b, shape.keys)));
        f.set(dv, i32.add(dValues, i32.mul(b, shape.values)));
        f.set(q, rowAt(queries, b, shape.queries));
        f.set(a, rowAt(weights, b, shape.weights));
        f.set(dO, rowAt(dOutput, b, shape.values));
        f.set(dq, rowAt(dQueries, b, shape.queries));
        f.forLoop(f.local("i32"), start, steps, 1, () => {
          f.call(products, dO, v, valueStep, count, scratch, shape.values);
          f.call(softmax, a, scratch, count);
          f.call(addRows, a, dO, dv, valueStep, count, shape.values);
          if (additive) {
            f.fillZero(dq, shape.queries);
            f.call(
              additive,
              ...([q, k, keyStep, count, scratch, vector] as const),
              ...([dq, dk, keyStep, dVector, shape.queries] as const),
            );
          } else {
            f.call(sum, scratch, k, keyStep, count, dq, shape.queries);
            f.call(addRows, scratch, q, dk, keyStep, count, shape.queries);
          }
          f.set(q, i32.sub(q, i32.mul(batch, shape.queries)));
          f.set(a, i32.sub(a, i32.mul(batch, shape.weights)));
          f.set(dO, i32.sub(dO, i32.mul(batch, shape.values)));
          f.set(dq, i32.sub(dq, i32.mul(batch, shape.queries)));
        });
      });
    },
  );
}

export function attention(
  spec: AttentionSpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { score, queries, keys, values, vector, lengths, weights, output, training } = spec;
  const { plan } = context;
  const shape: Shape = {
    score,
    hasLengths: lengths !== null,
    queries: bytes(queries.stride),
    keys: bytes(keys.stride),
    values: bytes(values.stride),
    weights: bytes(weights.stride),
  };
  const forward = forwardKernel(context, shape);
  const backward = training && backwardKernel(context, shape);
  /** Score gradients of one query. */
  if (training) context.temporary(padded(plan.steps));
  const vectorGradient = training?.vectorGradient ?? null;
  /** What each sequence adds to the vector's gradient. */
  const added = training && vector ? context.scratch(plan.batch * queries.stride) : 0;
  const linkSum =
    vectorGradient &&
    sumRows(context, { width: vectorGradient.stride, fromStride: queries.stride });

  return (linked) => {
    const runForward = linked.function(forward);
    const runBackward = backward ? linked.function(backward) : null;
    const sumAdded = linkSum ? linkSum(linked) : null;
    const vectorAt = vector ? bytes(vector.offset) : 0;
    const lengthsAt = lengths ? bytes(lengths.offset) : 0;
    const scratch = bytes(linked.temporary);

    return {
      prepare() {},

      forward({ start = 0, steps, sourceSteps = steps, batch, from, to }) {
        runForward(
          bytes(queries.offset),
          bytes(keys.offset),
          bytes(values.offset),
          vectorAt,
          lengthsAt,
          bytes(weights.offset),
          bytes(output.offset),
          start,
          steps,
          batch,
          sourceSteps,
          from,
          to,
        );
      },

      backward({ start = 0, steps, axisSteps = steps, sourceSteps = steps, batch, from, to }) {
        if (!training || !runBackward) return noTraining("attention");
        const { outputGradient, queriesGradient, keysGradient, valuesGradient } = training;
        runBackward(
          bytes(queries.offset),
          bytes(keys.offset),
          bytes(values.offset),
          vectorAt,
          lengthsAt,
          bytes(weights.offset),
          bytes(outputGradient.offset),
          start,
          steps,
          batch,
          sourceSteps,
          from,
          to,
          bytes(queriesGradient.offset),
          bytes(keysGradient.offset),
          bytes(valuesGradient.offset),
          bytes(added),
          scratch,
          steps === axisSteps ? 1 : 0,
        );
      },

      gradients({ batch }, share) {
        if (!training) return noTraining("attention");
        if (vectorGradient) sumAdded?.(vectorGradient.offset, added, batch, share);
      },
    };
  };
}

/** Multiplications of one query: scores and sums over all steps of the source. */
export function attentionWork(
  { queries, values }: AttentionSpec,
  { steps }: Pick<PlanSpec, "steps">,
): number {
  return steps * (queries.width + values.width);
}
