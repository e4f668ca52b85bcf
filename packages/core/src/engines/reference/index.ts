/**
 * The reference engine: float64, plain loops, written to be read. It is the oracle that every faster engine is held to,
 * and quick enough for a small model where nothing else runs.
 */
import {
  type CompiledPlan,
  type Engine,
  type Operation,
  type OperationSpec,
  type PlanSpec,
  type Span,
  stepsAlong,
  WHOLE,
} from "../engine.ts";
import { PassRunner } from "../passes.ts";
import { attention } from "./attention.ts";
import { cell } from "./cell.ts";
import { crossEntropy } from "./crossEntropy.ts";
import { dropout } from "./dropout.ts";
import { elementLoss } from "./elementLoss.ts";
import { embedding } from "./embedding.ts";
import { finalState } from "./finalState.ts";
import { initialState } from "./initialState.ts";
import { join } from "./join.ts";
import { linear } from "./linear.ts";
import { mask } from "./mask.ts";
import { sumOfSquares, update } from "./update.ts";

/** A plan in float64 memory, integers among the numbers. */
export interface ReferencePlan extends CompiledPlan {
  readonly numbers: Float64Array;
  readonly integers: Float64Array;
}

export interface ReferenceEngine extends Engine {
  compile(plan: PlanSpec): ReferencePlan;
}

type Kind = OperationSpec["kind"];
type SpecOf = { readonly [K in Kind]: Extract<OperationSpec, { kind: K }> };

/** How each operation is made; a kind without an entry does not compile. */
const MAKERS: {
  readonly [K in Kind]: (spec: SpecOf[K], memory: Float64Array, capacity: PlanSpec) => Operation;
} = {
  ...{ cell, linear, embedding, dropout, crossEntropy, elementLoss, join },
  ...{ mask, initialState, finalState, attention },
};

function makeOperation<K extends Kind>(
  kind: K,
  spec: SpecOf[K],
  memory: Float64Array,
  plan: PlanSpec,
): Operation {
  return MAKERS[kind](spec, memory, plan);
}

/** @throws RangeError where a call asks for more than the plan has room for, or for steps that are none. */
function checkSpan(plan: PlanSpec, { over }: OperationSpec, span: Span): void {
  const { steps, batch, from, to, start = 0, axisSteps = steps } = span;
  const room = stepsAlong(over, plan);
  const sequencesFit = batch <= plan.batch && 0 <= from && from <= to && to <= batch;
  const stepsFit = 0 <= start && start <= steps && steps <= axisSteps && axisSteps <= room;
  const { sourceSteps = 0 } = span;
  if (sequencesFit && stepsFit && sourceSteps <= plan.steps) return;
  const part = start > 0 || axisSteps > steps ? `, steps ${start} to ${steps}` : "";
  const source = sourceSteps > plan.steps ? `, ${sourceSteps} of ${plan.steps} of its source` : "";
  throw new RangeError(
    `the plan has room for ${room} steps × ${plan.batch} sequences, ` +
      `got ${axisSteps} × ${batch}, sequences ${from} to ${to}${part}${source}`,
  );
}

/** The operation, its spans checked: an oracle says so when it is asked wrongly. */
function checked(plan: PlanSpec, spec: OperationSpec, operation: Operation): Operation {
  return {
    prepare: operation.prepare,
    forward(span) {
      checkSpan(plan, spec, span);
      operation.forward(span);
    },
    backward(span) {
      checkSpan(plan, spec, span);
      operation.backward(span);
    },
    /** It sums by whole matrices: the first share is all of them. */
    gradients(span, share) {
      checkSpan(plan, spec, span);
      if (share.index === 0) operation.gradients(span, share);
    },
  };
}

function allocate(size: number): Float64Array {
  try {
    return new Float64Array(size);
  } catch {
    const megabytes = Math.ceil((size * Float64Array.BYTES_PER_ELEMENT) / 1e6);
    throw new RangeError(
      `the plan needs ${megabytes} MB, more than there is; make batch, window or model smaller`,
    );
  }
}

function compile(plan: PlanSpec): ReferencePlan {
  const memory = allocate(plan.size);
  const operations = plan.operations.map((spec) =>
    checked(plan, spec, makeOperation(spec.kind, spec, memory, plan)),
  );
  const runner = new PassRunner(operations, plan);
  return {
    numbers: memory,
    integers: memory,
    operations,
    run: (pass, extent, first = 0, end = operations.length) =>
      runner.run(pass, extent, first, end, WHOLE),
    sumOfSquares: (offset, count) => sumOfSquares(memory, offset, count),
    update: (given) => update(memory, given),
  };
}

/** Float64 in plain TypeScript: exact to about 1e-15, some hundred times slower than the WebAssembly engine. */
export function createReferenceEngine(): ReferenceEngine {
  return { name: "reference", precision: "float64", threads: 1, compile };
}
