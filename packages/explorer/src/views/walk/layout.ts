/**
 * Where the nodes of a step stand: columns from left to right in the order of computing, each node in a column after all that it is made of. What the
 * step begins with stands one column before the first that reads it, so that wires are short.
 */

/** What is laid out of a node. */
export interface Made {
  readonly id: string;
  /** Ids of nodes that come before it. */
  readonly inputs: readonly string[];
}

export interface Placed {
  readonly id: string;
  readonly column: number;
  /** From the top, in units of a node's height with its gap; a column with few nodes stands in the middle. */
  readonly row: number;
}

export interface Layout {
  readonly placed: readonly Placed[];
  readonly columns: number;
  /** Nodes of the tallest column. */
  readonly rows: number;
}

/** Sweeps over the columns, there and back; wires hardly cross less after some. */
const SWEEPS = 6;

/** @param nodes Each after those that it is made of. */
export function layOut(nodes: readonly Made[]): Layout {
  const columnOf = new Map<string, number>();
  for (const { id, inputs } of nodes) {
    const before = inputs.map((input) => columnOf.get(input) ?? 0);
    columnOf.set(id, inputs.length === 0 ? 0 : 1 + Math.max(...before));
  }
  for (const { id, inputs } of nodes) {
    if (inputs.length > 0) continue;
    const readers = nodes.filter((node) => node.inputs.includes(id));
    const first = Math.min(...readers.map((node) => columnOf.get(node.id) ?? 1));
    if (readers.length > 0) columnOf.set(id, first - 1);
  }
  const columns: string[][] = [];
  for (const { id } of nodes) {
    const column = columnOf.get(id) ?? 0;
    columns[column] ??= [];
    columns[column].push(id);
  }
  for (let column = 0; column < columns.length; column++) columns[column] ??= [];

  const inputsOf = new Map(nodes.map(({ id, inputs }) => [id, inputs]));
  const readersOf = new Map<string, string[]>();
  for (const { id, inputs } of nodes) {
    for (const input of inputs) readersOf.set(input, [...(readersOf.get(input) ?? []), id]);
  }
  const rows = Math.max(...columns.map((column) => column.length));
  const rowOf = new Map<string, number>();
  const number = (column: readonly string[]): void => {
    const top = (rows - column.length) / 2;
    for (const [index, id] of column.entries()) rowOf.set(id, top + index);
  };
  for (const column of columns) number(column);
  const middle = (ids: readonly string[], own: number): number =>
    ids.length === 0 ? own : ids.reduce((sum, id) => sum + (rowOf.get(id) ?? 0), 0) / ids.length;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? columns : columns.toReversed()) {
      const wanted = new Map(
        column.map((id) => {
          const near = (forward ? inputsOf : readersOf).get(id) ?? [];
          return [id, middle(near, rowOf.get(id) ?? 0)];
        }),
      );
      column.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      number(column);
    }
  }
  const placed = nodes.map(({ id }) => ({
    id,
    column: columnOf.get(id) ?? 0,
    row: rowOf.get(id) ?? 0,
  }));
  return { placed, columns: columns.length, rows };
}
