/**
 * A plan compiled for one thread or several: each links the same module over the same memory, and knows the same tasks by number. The
 * thread that leads has the plan's interface, and hands every task out to all.
 */
import { countLongWaits, MOST_ARGUMENTS } from "../../threads/control.ts";
import type { Task, Threads } from "../../threads/threads.ts";
import {
  type CompiledPlan,
  type Extent,
  type OperationSpec,
  type Pass,
  type PlanSpec,
  type Update,
  WHOLE,
} from "../engine.ts";
import { dividesRows, type PassOrder, PassRunner } from "../passes.ts";
import { attentionWork } from "./attention.ts";
import {
  type Linked,
  type OperationKind,
  type PlanContext,
  type WasmOperation,
  Workshop,
} from "./compile.ts";
import type { GemmLender } from "./gemm.ts";
import { FEWEST_ROWS } from "./lentProduct.ts";

/** The tasks of a compiled plan, by number: what threads are asked for. The passes are the first. */
const TASKS = {
  prepare: 0,
  forward: 1,
  backward: 2,
  gradients: 3,
  sumOfSquares: 4,
  update: 5,
  /** One part of one operation, divided by columns. */
  columns: 6,
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
  /** Multiplications from which on threads share a piece of work. */
  readonly leastShared: number;
  readonly threads: Threads;
  /** The library that lends products; null for kernels alone. */
  readonly lender: GemmLender | null;
}

type Lent = Pick<PlanContext, "lends" | "lendsWindows">;

/** What another thread needs to make the same plan over the same memory: plain data, a memory and a module. */
export interface PlanMessage {
  readonly plan: PlanSpec;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** What is lent, as the leader has laid it out; and `GemmLender.source`. */
  readonly lent: Lent;
  readonly source: unknown;
}

/** Lays a plan out and gives it its memory and module; then links it, here and on the other threads. */
export function compilePlan(plan: PlanSpec, parts: PlanParts, hands: Hands): CompiledPlan {
  const { threads, lender, leastShared } = hands;
  const lent = lendsTo(plan, lender);
  const workshop = new Workshop(plan, { threads: threads.count, ...lent });
  const link = planMoves(workshop, parts);
  const { memory, module } = workshop.make();
  const gemm = lent.lendsWindows ? (lender?.bind(memory) ?? null) : null;
  const args = threads.arguments;
  const linked = workshop.linkTo({ memory, module, gemm, thread: 0, args });
  const { operations, runner, tasks, sum, update } = link(linked);
  const dispatch = (task: number, work: number): void => {
    if (work < leastShared) tasks[task](WHOLE, args);
    else threads.run(job, task, tasks[task]);
  };
  const weights = plan.operations.reduce((total, spec) => total + weightsOf(spec, plan), 0);
  const patience = new Patience();
  const divide: Divide = (operation, part, step, rows) => {
    args[0] = operation;
    args[1] = part;
    args[2] = step;
    args[3] = rows;
    // Kernels give the same bits however they are divided, a library need not: there, time decides nothing.
    const isLent = lent.lends || (lent.lendsWindows && rows > FEW_ROWS);
    if (!isLent && patience.isLost()) {
      tasks[TASKS.columns](WHOLE, args);
      return;
    }
    const waits = countLongWaits();
    threads.run(job, TASKS.columns, tasks[TASKS.columns]);
    patience.note(countLongWaits() > waits);
  };
  const byColumns = dividesByColumns(plan, threads.count);
  const compiled: CompiledPlan = {
    numbers: linked.numbers,
    integers: linked.integers,
    operations,
    run(pass, extent, first = 0, end = operations.length) {
      const { steps, batch, outputSteps = 0, outputStart = 0 } = extent;
      const isFew = byColumns && batch <= FEW_ROWS;
      if (pass === "forward" && isFew && batch * weights >= leastShared) {
        runner.runColumns(extent, first, end, divide);
        return;
      }
      args[0] = steps;
      args[1] = batch;
      args[2] = first;
      args[3] = end;
      args[4] = outputSteps;
      args[5] = outputStart;
      const byRows = pass === "forward" || pass === "backward";
      // Rows that are too few to divide are done here, whatever they take; and few rows of a plan that only infers, since
      // products of many steps at once, which may be lent, are of whole windows.
      if (byRows && (isFew || !dividesRows(batch))) tasks[TASKS[pass]](WHOLE, args);
      else
        dispatch(
          TASKS[pass],
          pass === "prepare" ? weights : (steps + outputSteps) * batch * weights,
        );
    },
    sumOfSquares(offset, count) {
      sum.begin(offset, count);
      dispatch(TASKS.sumOfSquares, count);
      return sum.end();
    },
    update(given) {
      update.begin(given);
      dispatch(TASKS.update, given.count);
    },
  };
  const message: PlanMessage = { plan, memory, module, lent, source: lender?.source };
  // Whoever can still ask for a task holds the tasks, be it by a method that was taken off the plan.
  const job = threads.add(message, tasks);
  return compiled;
}

/**
 * A product divided by columns takes microseconds; a thread that loses its core within its share holds it up for milliseconds. Where
 * that happens often the leader goes on alone for a while, for longer each time that it happens again. Now and then it is only a
 * thread that wakes up and moves to another core.
 */
class Patience {
  /** Products of a spell, and the long waits that it may have. */
  static readonly #SPELL = 512;
  static readonly #FORGIVEN = 4;
  static readonly #LEAST = 1024;
  static readonly #MOST = 65_536;
  #products = 0;
  #waits = 0;
  #alone = 0;
  #pause = Patience.#LEAST;

  /** Whether the next product is to be done alone. */
  isLost(): boolean {
    if (this.#alone === 0) return false;
    this.#alone--;
    return true;
  }

  note(waitedLong: boolean): void {
    if (waitedLong && ++this.#waits > Patience.#FORGIVEN) {
      this.#alone = this.#pause;
      this.#pause = Math.min(2 * this.#pause, Patience.#MOST);
      this.#begin();
    } else if (++this.#products === Patience.#SPELL) {
      if (this.#waits === 0) this.#pause = Patience.#LEAST;
      this.#begin();
    }
  }

  #begin(): void {
    this.#products = 0;
    this.#waits = 0;
  }
}

/** Numbers that an operation multiplies for each row. */
function weightsOf(spec: OperationSpec, plan: PlanSpec): number {
  switch (spec.kind) {
    case "cell":
      return spec.weights.reduce((total, { rows, width }) => total + rows * width, 0);
    case "linear":
      return spec.input.width * spec.output.width;
    case "attention":
      return attentionWork(spec, plan);
    default:
      return 0;
  }
}

/** The module that a plan's kernels make, for one thread: to be looked at, or compared. */
export function emitModule(plan: PlanSpec, parts: PlanParts): Uint8Array {
  const workshop = new Workshop(plan);
  planMoves(workshop, parts);
  return workshop.emit().bytes;
}

/** The same plan on another thread. @param lender Null where the plan lends nothing. */
export function linkPlan(
  { plan, memory, module, lent }: PlanMessage,
  parts: PlanParts,
  lender: GemmLender | null,
  thread: number,
  threads: number,
): readonly Task[] {
  const workshop = new Workshop(plan, { threads, ...lent }, false);
  const link = planMoves(workshop, parts);
  const gemm = lender?.bind(memory) ?? null;
  // What this thread is asked for comes with each task.
  const args = new Int32Array(MOST_ARGUMENTS);
  return link(workshop.linkTo({ memory, module, gemm, thread, args })).tasks;
}

/** What the library computes of a plan: the products of its steps where they have rows enough, and of many steps at once. */
function lendsTo({ weights, batch }: PlanSpec, lender: GemmLender | null): Lent {
  const lendsWindows = lender !== null && weights !== "int8";
  return { lends: lendsWindows && batch >= (lender.fewestRows ?? FEWEST_ROWS), lendsWindows };
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
    const runner = new WasmRunner(operations, workshop.plan);
    const extent = { steps: 0, batch: 0, outputSteps: 0, outputStart: 0 };
    const pass =
      (name: Pass): Task =>
      (share, args) => {
        extent.steps = args[0];
        extent.batch = args[1];
        extent.outputSteps = args[4];
        extent.outputStart = args[5];
        runner.run(name, extent, args[2], args[3], share);
      };
    const tasks: readonly Task[] = [
      pass("prepare"),
      pass("forward"),
      pass("backward"),
      pass("gradients"),
      sum.run,
      update.run,
      (share, args) => operations[args[0]].columns?.(args[1], args[2], args[3], share),
    ];
    return { operations, runner, tasks, sum, update };
  };
}

/** Rows up to which threads share every product rather than rows: all of the weights are read for each. */
const FEW_ROWS = 4;

function dividesByColumns(plan: PlanSpec, threads: number): boolean {
  // One axis, one kind of step: what a decoder does has few rows only where its source has few.
  const isPlain = plan.operations.every(({ over = "steps" }) => over === "steps");
  return threads > 1 && isPlain && plan.operations.every(({ training }) => training === null);
}

/** Has the threads do a part of an operation at a step. */
type Divide = (operation: number, part: number, step: number, rows: number) => void;

class WasmRunner extends PassRunner {
  readonly #operations: readonly WasmOperation[];
  readonly #span = { steps: 0, batch: 0, from: 0, to: 0 };
  #divide: Divide = () => {};
  #operation = 0;
  readonly #divideOne = (part: number, step: number, rows: number): void =>
    this.#divide(this.#operation, part, step, rows);

  constructor(operations: readonly WasmOperation[], order: PassOrder) {
    super(operations, order);
    this.#operations = operations;
  }

  /** Forward for a few rows on the thread that leads: what is worth dividing it has all threads do, column by column. */
  runColumns({ steps, batch }: Extent, first: number, end: number, divide: Divide): void {
    const span = this.#span;
    span.steps = steps;
    span.batch = batch;
    span.to = batch;
    this.#divide = divide;
    for (let i = first; i < end; i++) {
      const operation = this.#operations[i];
      this.#operation = i;
      if (operation.forwardColumns) operation.forwardColumns(span, this.#divideOne);
      else operation.forward(span);
    }
  }
}
