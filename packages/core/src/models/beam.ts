/** One example's hypotheses: those that go on, side by side, and those that have come to their end. */

/** A sequence of tokens that might be written. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  /** The row of the beam in which each token was found. */
  readonly rows: readonly number[];
  /** Σ log p, nats. */
  readonly logProbability: number;
}

/** How a hypothesis goes on: from which row, with which token. */
export interface Continuation {
  readonly parent: number;
  readonly token: number;
}

/** What a row says of its next token. */
export interface NextToken {
  /** log p of every token; read at once. */
  readonly logits: Float64Array;
  /** The one that was drawn; null where the likeliest are wanted. */
  readonly only: number | null;
}

interface Candidate extends Continuation {
  readonly logProbability: number;
}

export class Beam {
  readonly #size: number;
  readonly #end: number;
  readonly #score: (hypothesis: Hypothesis) => number;
  #alive: readonly Hypothesis[] = [{ tokens: [], rows: [], logProbability: 0 }];
  readonly #ended: Hypothesis[] = [];

  /** @param normaliser What log p is divided by for a length. */
  constructor(size: number, end: number, normaliser: (length: number) => number) {
    this.#size = size;
    this.#end = end;
    this.#score = ({ logProbability, tokens }) => logProbability / normaliser(tokens.length);
  }

  /** As many have ended as are pursued, and none that is alive stands above them all. */
  get isDone(): boolean {
    if (this.#alive.length === 0) return true;
    if (this.#ended.length < this.#size) return false;
    const score = this.#score;
    return score(this.#ended.reduce(better(score))) >= score(this.#alive.reduce(better(score)));
  }

  /**
   * One step on: of all continuations the most likely, those that end apart.
   *
   * @param next What the row of a hypothesis says.
   * @returns one a row of the beam; where fewer go on, the last again.
   */
  advance(next: (row: number) => NextToken): Continuation[] {
    const candidates: Candidate[] = [];
    this.#alive.forEach(({ logProbability }, parent) => {
      const { logits, only } = next(parent);
      if (only !== null) {
        candidates.push({ parent, token: only, logProbability: logProbability + logits[only] });
        return;
      }
      for (const token of likeliest(logits, 2 * this.#size)) {
        candidates.push({ parent, token, logProbability: logProbability + logits[token] });
      }
    });
    // Equal ones keep their order: the lower row, the lower token.
    candidates.sort((a, b) => b.logProbability - a.logProbability);
    const alive: Hypothesis[] = [];
    const going: Continuation[] = [];
    for (const [rank, { parent, token, logProbability }] of candidates.entries()) {
      // What is banned fills no row.
      if (alive.length === this.#size || logProbability === Number.NEGATIVE_INFINITY) break;
      const before = this.#alive[parent];
      const tokens = [...before.tokens, token];
      const rows = [...before.rows, parent];
      if (token === this.#end) {
        // An end counts where it is among the likeliest, not where it fills up what others leave.
        if (rank < this.#size) this.#ended.push({ tokens, rows, logProbability });
        continue;
      }
      alive.push({ tokens, rows, logProbability });
      going.push({ parent, token });
    }
    this.#alive = alive;
    while (going.length > 0 && going.length < this.#size) going.push(going[going.length - 1]);
    return going;
  }

  /** The best that has ended, or where none has, of those that were cut off. */
  best(): Hypothesis {
    const from = this.#ended.length > 0 ? this.#ended : this.#alive;
    return from.reduce(better(this.#score));
  }
}

/** For reduce: the one with the higher score; ties: the earlier. */
function better(score: (hypothesis: Hypothesis) => number) {
  return (best: Hypothesis, one: Hypothesis): Hypothesis => (score(one) > score(best) ? one : best);
}

/** The `count` most likely tokens, the likeliest first; ties: the lower number. */
function likeliest(logits: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    const worst = found[found.length - 1];
    if (found.length === count && !(logits[token] > logits[worst])) continue;
    let at = found.length;
    while (at > 0 && logits[token] > logits[found[at - 1]]) at--;
    found.splice(at, 0, token);
    if (found.length > count) found.pop();
  }
  return found;
}
