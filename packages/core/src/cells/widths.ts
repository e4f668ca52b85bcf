/**
 * Which vectors have the same size: union-find over size classes. Pointwise operations tie their operands together;
 * matrices are where sizes may differ. At the end at most three classes may be left: the input's, the units', the output's.
 */
import { EquationError, type Place } from "./equationError.ts";
import type { Width } from "./program.ts";

/** A size class in the making: an index. */
export type WidthClass = number;

interface Entry {
  parent: WidthClass;
  /** Whether a matrix begins or ends here. Only then does the size take part in deciding what is `units`. */
  sized: boolean;
  /** What an error calls it: a signal's name where one has this size, else what it was made for. */
  label: Label;
}

interface Label {
  readonly text: string;
  readonly isSignal: boolean;
  readonly at: Place;
}

export interface ResolvedWidths {
  readonly of: (width: WidthClass) => Width;
  readonly tiedInput: "units" | "out" | null;
}

export class Widths {
  readonly #entries: Entry[] = [];

  fresh(text: string, at: Place, isSignal = false): WidthClass {
    const label = { text, isSignal, at };
    this.#entries.push({ parent: this.#entries.length, sized: false, label });
    return this.#entries.length - 1;
  }

  /** The class of a pointwise operation's operands, now one; null is a number, which meets any size. */
  join(a: WidthClass | null, b: WidthClass | null): WidthClass | null {
    if (a === null || b === null) return a ?? b;
    const root = Math.min(this.#root(a), this.#root(b));
    const first = this.#entries[root];
    const second = this.#entries[Math.max(this.#root(a), this.#root(b))];
    first.sized ||= second.sized;
    if (!first.label.isSignal) first.label = second.label.isSignal ? second.label : first.label;
    second.parent = root;
    return root;
  }

  /** A matrix begins or ends here. */
  markSized(width: WidthClass): void {
    this.#entries[this.#root(width)].sized = true;
  }

  /**
   * The class of h is `units`; but where the matrices leave one more class beside the input's and h's, h is a projection:
   * its class is `out`, the other `units`.
   *
   * @throws EquationError when two such classes are left: nothing would say how large each is.
   */
  resolve(x: WidthClass, h: WidthClass): ResolvedWidths {
    const input = this.#root(x);
    const output = this.#root(h);
    const roots = [...this.#entries.keys()].filter((i) => this.#root(i) === i);
    const [units, second] = roots.filter(
      (root) => root !== input && root !== output && this.#entries[root].sized,
    );
    if (second !== undefined) {
      const [a, b] = [this.#entries[units].label, this.#entries[second].label];
      const reason =
        `${a.text} and ${b.text} are not tied together: each could have a size of its own, ` +
        "and beside x[t] and h[t] a cell has room for one";
      throw new EquationError(b.at, reason);
    }
    const outputWidth = units === undefined ? "units" : "out";
    const tiedInput = input === output ? outputWidth : null;
    const of = (width: WidthClass): Width => {
      const root = this.#root(width);
      if (root === output) return outputWidth;
      return root === input ? "in" : "units";
    };
    return { of, tiedInput };
  }

  #root(width: WidthClass): WidthClass {
    let root = width;
    while (this.#entries[root].parent !== root) root = this.#entries[root].parent;
    // Halving the path keeps long chains of ties short.
    for (let i = width; i !== root; ) {
      const next = this.#entries[i].parent;
      this.#entries[i].parent = root;
      i = next;
    }
    return root;
  }
}
