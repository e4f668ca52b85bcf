/** The equations as written: what the parser makes of them, before anything is known about sizes or learning. */
import type { Initial } from "./cell.ts";
import type { Place } from "./equationError.ts";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly at: Place }
  /** x, f, c[t], c[t-1], b_f. On the right `f` and `f[t]` are the same. */
  | {
      readonly kind: "name";
      readonly name: string;
      readonly time: "t" | "t-1" | null;
      readonly at: Place;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: Place;
    }
  /** a + b − c: at least two terms. */
  | { readonly kind: "sum"; readonly terms: readonly Term[]; readonly at: Place }
  /** a * b / c: at least two factors, the first with `*`. */
  | { readonly kind: "product"; readonly factors: readonly Factor[]; readonly at: Place }
  | { readonly kind: "negative"; readonly value: Expression; readonly at: Place }
  /** W·[a, b], or W·a with one part. */
  | {
      readonly kind: "matrix";
      readonly name: string;
      readonly parts: readonly Part[];
      readonly at: Place;
    };

export interface Term {
  readonly sign: 1 | -1;
  readonly value: Expression;
}

export interface Factor {
  readonly operator: "*" | "/";
  readonly value: Expression;
}

export interface Part {
  readonly value: Expression;
  readonly at: Place;
}

export type Statement =
  /** f = …, or with [t] on the left a state */
  | {
      readonly kind: "signal";
      readonly name: string;
      readonly state: boolean;
      readonly value: Expression;
      /** The comment of its line. */
      readonly caption: string;
      readonly at: Place;
    }
  /** m[0] = 1 */
  | { readonly kind: "start"; readonly name: string; readonly value: number; readonly at: Place }
  /** b_f ~ chrono; `initialAt` is where the right side begins. */
  | {
      readonly kind: "initial";
      readonly name: string;
      readonly initial: Initial;
      readonly at: Place;
      readonly initialAt: Place;
    };
