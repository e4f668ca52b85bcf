/**
 * A plan compiled for one thread or several: each links the same module over the same memory, and knows the same tasks by number. The
 * thread that leads has the plan's interface, and hands every task out to all.
 */
import { MOST_ARGUMENTS } from "../../threads/control.ts";
import type { Task, Threads } from "../../threads/threads.ts";
import type { CompiledPlan, OperationSpec, Pass, PlanSpec, Update } from "../engine.ts";
import { PassRunner } from "../passes.ts";
import {
  type Linked,
  type OperationKind,
  type Place,
  type PlanContext,
  type WasmOperation,
  Workshop,
} from "./compile.ts";
import type { GemmLender } from "./gemm.ts";

/** The tasks of a compiled plan, by number: what threads are asked for. The passes are the first. */
export const TASKS = {
  prepare: 0,
  forward: 1,
  backward: 2,
  gradients: 3,
  /** Like forward, but divided by columns, for a few rows: the threads meet within. */
  forwardColumns: 4,
  sumOfSquares: 5,
  update: 6,
} as const;

/** A task beside the passes: `begin` writes its arguments, on the thread that leads, and `run` does a share of it. */
export interface Shared<Begin extends (...args: never[]) => void, End extends () => unknown> {
  readonly begin: Begin;
  readonly run: Task;
  /** On the thread that leads, after all. */
  readonly end: End;
}

export type SharedSum = Shared<(offset: number, count: number) => void, () => number>;
export type SharedUpdate = Shared<(update: Update) => void, () => void>;

/** What a plan consists of: its operations, and what every plan has beside them. */
export interface PlanParts {
  readonly operation: OperationKind<OperationSpec>;
  readonly sumOfSquares: (context: PlanContext) => (linked: Linked) => SharedSum;
  readonly update: (context: PlanContext) => (linked: Linked) => SharedUpdate;
}

/** Who computes, beside the kernels. */
export interface Hands {
  readonly threads: Threads;
  /** The library that lends products; null for kernels alone. */
  readonly lender: GemmLender | null;
}

/** What another thread needs to make the same plan over the same memory: plain data, a memory and a module. */
export interface PlanMessage {
  readonly plan: PlanSpec;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** `GemmLender.source`; undefined where no product is lent. */
  readonly lender: unknown;
}

/** Lays a plan out and gives it its memory and module; then links it, here and on the other threads. */
export function compilePlan(plan: PlanSpec, parts: PlanParts, hands: Hands): CompiledPlan {
  const { threads, lender } = hands;
  const lends = lendsTo(plan, lender);
  const workshop = new Workshop(plan, { threads: threads.count, lends });
  const link = planMoves(workshop, parts);
  const { memory, module } = workshop.make();
  const gemm = lender?.bind(memory) ?? null;
  const share = { index: 0, count: threads.count };
  const linked = workshop.linkTo({
    memory,
    module,
    gemm,
    share,
    args: threads.arguments,
    barrier: threads.barrier,
  });
  const { operations, tasks, sum, update } = link(linked);
  const args = threads.arguments;
  const byColumns = dividesByColumns(plan, threads.count);
  const compiled: CompiledPlan = {
    numbers: linked.numbers,
    integers: linked.integers,
    operations,
    run(pass, { steps, batch }, first = 0, end = operations.length) {
      args[0] = steps;
      args[1] = batch;
      args[2] = first;
      args[3] = end;
      dispatch(pass === "forward" && byColumns ? TASKS.forwardColumns : TASKS[pass]);
    },
    sumOfSquares(offset, count) {
      sum.begin(offset, count);
      dispatch(TASKS.sumOfSquares);
      return sum.end();
    },
    update(given) {
      update.begin(given);
      dispatch(TASKS.update);
    },
  };
  const message: PlanMessage = { plan, memory, module, lender: lender?.source };
  const job = threads.add(message, compiled);
  const dispatch = (task: number): void => threads.run(job, task, tasks[task]);
  return compiled;
}

/** The same plan on another thread. */
export function linkPlan(
  { plan, memory, module }: PlanMessage,
  parts: PlanParts,
  lender: GemmLender | null,
  { share, barrier }: Pick<Place, "share" | "barrier">,
): readonly Task[] {
  const lends = lendsTo(plan, lender);
  const workshop = new Workshop(plan, { threads: share.count, lends }, false);
  const link = planMoves(workshop, parts);
  const gemm = lender?.bind(memory) ?? null;
  // What this thread is asked for comes with each task.
  const args = new Int32Array(MOST_ARGUMENTS);
  return link(workshop.linkTo({ memory, module, gemm, share, args, barrier })).tasks;
}

/**
 * With few rows a matrix is read for little work, and kernels over packed panels are as fast as any library: oneDNN 2.6 reaches
 * 51 GFLOP/s for one row of 512 against [512 × 2048], they 43; for 25 rows of 128 it reaches 200, they 57.
 */
const FEWEST_ROWS = 8;

function lendsTo(plan: PlanSpec, lender: GemmLender | null): boolean {
  return (
    lender !== null && plan.weights !== "int8" && plan.batch >= (lender.fewestRows ?? FEWEST_ROWS)
  );
}

/** The first move of everything in the plan, in a fixed order; gives the second. */
function planMoves(workshop: Workshop, parts: PlanParts) {
  const linkers = workshop.plan.operations.map((spec) => parts.operation(spec, workshop));
  const linkSum = parts.sumOfSquares(workshop);
  const linkUpdate = parts.update(workshop);
  return (linked: Linked) => {
    const operations = linkers.map((link) => link(linked));
    const sum = linkSum(linked);
    const update = linkUpdate(linked);
    const runner = new PassRunner(operations);
    const extent = { steps: 0, batch: 0 };
    const pass =
      (name: Pass): Task =>
      (share, args) => {
        extent.steps = args[0];
        extent.batch = args[1];
        runner.run(name, extent, args[2], args[3], share);
      };
    const tasks: readonly Task[] = [
      pass("prepare"),
      pass("forward"),
      pass("backward"),
      pass("gradients"),
      columnsTask(operations, linked.barrier),
      sum.run,
      update.run,
    ];
    return { operations, tasks, sum, update };
  };
}

/** Rows up to which threads share every product rather than rows: all of the weights are read for each. */
const FEW_ROWS = 4;

function dividesByColumns(plan: PlanSpec, threads: number): boolean {
  const trains = plan.operations.some(({ training }) => training !== null);
  return threads > 1 && !trains && plan.batch <= FEW_ROWS;
}

/** Forward for a few rows: operations that can are divided by columns, the others run on one thread while the rest wait. */
function columnsTask(operations: readonly WasmOperation[], barrier: () => void): Task {
  const span = { steps: 0, batch: 0, from: 0, to: 0 };
  return (share, args) => {
    span.steps = args[0];
    span.batch = args[1];
    span.to = args[1];
    for (let i = args[2]; i < args[3]; i++) {
      const operation = operations[i];
      if (operation.forwardColumns) operation.forwardColumns(span, share);
      else if (share.index === 0) operation.forward(span);
      barrier();
    }
  };
}
