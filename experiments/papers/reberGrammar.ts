/**
 * The embedded Reber grammar: a Reber string between two marks, of which the last repeats the first, however long the string.
 *
 *     B (T | P) reber (the same T | P) E        reber: B … E along the arcs of A. S. Reber, 1967
 *
 * An automaton whose nodes are places in a string; in a stream without end the next string follows on the last.
 */
import { type RandomStream, Vocabulary } from "../../packages/core/src/index.ts";

export const SYMBOLS = "BTPSXVE";

export const REBER_VOCABULARY = new Vocabulary("characters", [...SYMBOLS]);

export interface Arc {
  /** A token: its place in `SYMBOLS`. */
  readonly symbol: number;
  readonly to: number;
}

/** Of the plain grammar, node by node: symbol and next node. Node 7 is its end. */
const PLAIN: readonly (readonly (readonly [string, number])[])[] = [
  [["B", 1]],
  [
    ["T", 2],
    ["P", 3],
  ],
  [
    ["S", 2],
    ["X", 4],
  ],
  [
    ["T", 3],
    ["V", 5],
  ],
  [
    ["X", 3],
    ["S", 6],
  ],
  [
    ["P", 4],
    ["V", 6],
  ],
  [["E", 7]],
];

/** Before a string's first B; after its E the next string stands here again. */
export const START = 0;
const MARK = 1;
/** The plain grammar stands twice, once for each mark, so that a node alone says what is legal. */
const INNER: Readonly<Record<string, number>> = { T: 2, P: 2 + PLAIN.length + 1 };
const LAST = 2 + 2 * (PLAIN.length + 1);

/** The arcs that leave each node; where there are two, each is taken half of the time. */
export const ARCS: readonly (readonly Arc[])[] = embeddedArcs();

function embeddedArcs(): Arc[][] {
  const arc = (symbol: string, to: number): Arc => ({ symbol: SYMBOLS.indexOf(symbol), to });
  const arcs: Arc[][] = [[arc("B", MARK)], [arc("T", INNER.T), arc("P", INNER.P)]];
  for (const [mark, first] of Object.entries(INNER)) {
    for (const plain of PLAIN) arcs.push(plain.map(([symbol, to]) => arc(symbol, first + to)));
    arcs.push([arc(mark, LAST)]);
  }
  arcs.push([arc("E", START)]);
  return arcs;
}

/** What may follow at each node, as bits: bit s for token s. */
export const LEGAL: Uint8Array = Uint8Array.from(ARCS, (arcs) =>
  arcs.reduce((bits, { symbol }) => bits | (1 << symbol), 0),
);

/**
 * Where a symbol leads.
 *
 * @throws RangeError for one that is not legal there.
 */
export function follow(node: number, symbol: number): number {
  const arc = ARCS[node].find((one) => one.symbol === symbol);
  if (!arc) throw new RangeError(`"${SYMBOLS[symbol]}" is not legal at node ${node}`);
  return arc.to;
}

/** Walks through string after string. */
export class ReberWalk {
  readonly #chance: RandomStream;
  /** Where it stands: `LEGAL[node]` may come next. */
  node = START;

  constructor(chance: RandomStream) {
    this.#chance = chance;
  }

  /** The next token. */
  next(): number {
    const arcs = ARCS[this.node];
    const { symbol, to } = arcs.length > 1 ? arcs[this.#chance.integer(arcs.length)] : arcs[0];
    this.node = to;
    return symbol;
  }

  /** A whole string's tokens, from where one begins. */
  string(): number[] {
    const tokens: number[] = [];
    do tokens.push(this.next());
    while (this.node !== START);
    return tokens;
  }
}
