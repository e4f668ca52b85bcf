/**
 * Which engine computes: what was asked for, or by `auto` the machine's own products where there are some and they pay. A choice
 * starts nothing; `openEngine` does.
 */
import {
  CellstateError,
  createReferenceEngine,
  createWasmEngine,
  type GemmLender,
} from "@cellstate/core";
import { type BlasOpened, findBlas, openBlas } from "../blas/index.ts";
import type { EngineAsked, EngineKind } from "./kinds.ts";

/** How large the work is: of several layers the widest. */
export interface WorkShape {
  readonly hiddenSize: number;
  /** Sequences side by side; 1 for one token after another. */
  readonly batchSize: number;
}

export interface EngineChoice {
  readonly kind: EngineKind;
  /** The engine's own, by which results are told apart: `wasm`, `blas (oneDNN 3.6.2)`. */
  readonly name: string;
  /** One clause: why it was taken, and what could be done about it. Null where it was asked for. */
  readonly why: string | null;
  readonly lender: GemmLender | null;
}

export interface ChooseOptions {
  /** @default "auto" */
  readonly engine?: EngineAsked;
  /** Of the largest work. @default unknown: taken to be large */
  readonly shape?: WorkShape;
  /** `onednn`, `accelerate`, `mkl`, `openblas`, or a library's path. @default the best there is, or what CELLSTATE_BLAS says */
  readonly library?: string;
}

/**
 * From so many multiply-adds in the product of one step and one gate (rows × units × units) the machine's products are taken: a
 * training step is then 1.6 times as fast with oneDNN and 1.2 times with OpenBLAS, and the more the larger. With fewer rows
 * than these the engine computes by its own kernels anyway. Measured: docs/decisions/0010-which-engine-computes.md.
 */
const WORTHWHILE_PRODUCT = 16_384;
const WORTHWHILE_ROWS = 8;

/** @throws CellstateError `engine` where `blas` was asked for and there is none, with what to install. */
export function chooseEngine(options: ChooseOptions = {}): EngineChoice {
  const { engine = "auto", shape, library } = options;
  switch (engine) {
    case "wasm":
      return wasm(null);
    case "reference":
      return {
        kind: "reference",
        name: createReferenceEngine().name,
        why: null,
        lender: null,
      };
    case "blas": {
      const { choice, reason, advice } = findBlasEngine(library);
      if (choice) return choice;
      throw new CellstateError("engine", `engine blas: ${reason}: ${advice}`);
    }
    case "auto": {
      const small = shape && tooSmall(shape);
      if (small) return wasm(small);
      const { choice, reason, advice } = findBlasEngine(library);
      if (choice)
        return {
          ...choice,
          why: "the fastest here; --engine wasm gives the same bits on every machine",
        };
      return wasm(`${reason}; to make it faster: ${advice}`);
    }
  }
}

/** Why the machine's products would not pay, or null where they would. */
function tooSmall({ hiddenSize, batchSize }: WorkShape): string | null {
  if (batchSize === 1) return "as fast as a BLAS one step at a time";
  const isSmall = batchSize < WORTHWHILE_ROWS || batchSize * hiddenSize ** 2 < WORTHWHILE_PRODUCT;
  return isSmall ? "as fast as a BLAS at this size" : null;
}

function wasm(why: string | null): EngineChoice {
  return { kind: "wasm", name: createWasmEngine().name, why, lender: null };
}

export type FoundBlasEngine =
  | { readonly choice: EngineChoice; readonly reason: null; readonly advice: null }
  | { readonly choice: null; readonly reason: string; readonly advice: string };

/** The machine's own products, or why there are none and what to do about it. @param library See `ChooseOptions`. */
export function findBlasEngine(library?: string): FoundBlasEngine {
  const opened = openBlas(library);
  return opened.lender
    ? { choice: blas(opened), reason: null, advice: null }
    : { choice: null, reason: opened.reason, advice: opened.advice };
}

/** Of several libraries the one with which the engine has this name, else the one that would be taken anyway. */
export function findBlasEngineNamed(name: string): FoundBlasEngine {
  const first = findBlasEngine();
  if (first.choice === null || first.choice.name === name) return first;
  const others = findBlas().filter(({ fault }) => fault === null);
  return (
    others.map(({ path }) => findBlasEngine(path)).find(({ choice }) => choice?.name === name) ??
    first
  );
}

function blas({ lender }: BlasOpened): EngineChoice {
  // How an engine is called with such a library, only the engine knows.
  const { name } = createWasmEngine({ gemm: lender });
  return { kind: "blas", name, why: null, lender };
}
