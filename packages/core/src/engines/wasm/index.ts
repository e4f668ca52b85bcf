/**
 * The wasm engine: float32 on four lanes, in Node and in the browser. Its kernels are emitted at run time for the plan at
 * hand (`assembler.ts`), without relaxed instructions: the same bits on every machine.
 */
import { createThreadServer } from "../../threads/serve.ts";
import { oneThread, type ThreadMessage, type Threads } from "../../threads/threads.ts";
import type { Engine, OperationSpec, PlanSpec } from "../engine.ts";
import { attention } from "./attention.ts";
import { cell } from "./cell.ts";
import type { Linked, PlanContext, WasmOperation } from "./compile.ts";
import { crossEntropy } from "./crossEntropy.ts";
import { dropout } from "./dropout.ts";
import { elementLoss } from "./elementLoss.ts";
import { embedding } from "./embedding.ts";
import { finalState } from "./finalState.ts";
import type { GemmLender } from "./gemm.ts";
import { initialState } from "./initialState.ts";
import { join } from "./join.ts";
import { linear } from "./linear.ts";
import { mask } from "./mask.ts";
import { compilePlan, emitModule, linkPlan, type PlanMessage, type PlanParts } from "./plan.ts";
import { sumOfSquares } from "./sumOfSquares.ts";
import { updates } from "./update.ts";

export interface WasmEngineOptions {
  /** Threads that share the work, from `startThreads`. @default this one alone */
  readonly threads?: Threads;
  /**
   * Multiplications from which on threads share a piece of work. @default 200,000, which one thread does in about ten
   * microseconds: telling another and waiting for it takes one
   */
  readonly leastShared?: number;
  /** Lends matrix products, for results that then depend on the machine. @default none: the engine's own kernels */
  readonly gemm?: GemmLender | null;
}

const PARTS: PlanParts = { operation: planOperation, sumOfSquares, update: updates };

const LEAST_SHARED = 200_000;

export function createWasmEngine(options: WasmEngineOptions = {}): Engine {
  const { threads = oneThread(), gemm = null, leastShared = LEAST_SHARED } = options;
  const hands = { threads, lender: gemm, leastShared };
  return {
    name: gemm ? `blas (${gemm.name})` : "wasm",
    precision: "float32",
    threads: threads.count,
    compile: (plan) => compilePlan(plan, PARTS, hands),
  };
}

/** The WebAssembly module that the engine emits for a plan on one thread. */
export function wasmModule(plan: PlanSpec): Uint8Array {
  return emitModule(plan, PARTS);
}

/**
 * The work of a thread other than the leading one: give the result every message that the thread receives.
 *
 * @param lend Makes the leader's lender of matrix products again, from its `source`.
 */
export function serveWasmThread(
  lend?: (source: unknown) => GemmLender,
): (message: ThreadMessage) => void {
  return createThreadServer((what, thread, threads) => {
    // Jobs of this engine's threads are plans: `compilePlan` sends nothing else.
    const message = what as PlanMessage;
    const lender = message.lent.lendsWindows && lend ? lend(message.source) : null;
    return linkPlan(message, PARTS, lender, thread, threads);
  });
}

/** The first move of each kind of operation; see `compile.ts`. */
function planOperation(
  spec: OperationSpec,
  context: PlanContext,
): (linked: Linked) => WasmOperation {
  switch (spec.kind) {
    case "cell":
      return cell(spec, context);
    case "linear":
      return linear(spec, context);
    case "embedding":
      return embedding(spec, context);
    case "dropout":
      return dropout(spec, context);
    case "crossEntropy":
      return crossEntropy(spec, context);
    case "elementLoss":
      return elementLoss(spec, context);
    case "join":
      return join(spec, context);
    case "mask":
      return mask(spec, context);
    case "initialState":
      return initialState(spec, context);
    case "finalState":
      return finalState(spec);
    case "attention":
      return attention(spec, context);
    default:
      throw new TypeError(`unknown operation "${spec satisfies never}"`);
  }
}
