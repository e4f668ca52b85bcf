/**
 * From a graph with gradients to a `CellProgram`: keeps the nodes that something needs, orders the pre-activations, puts every
 * node into the first stage in which it can be computed, and numbers it all anew.
 */

import type { Gradients } from "./differentiate.ts";
import type { Draft } from "./draft.ts";
import { EquationError } from "./equationError.ts";
import type { GraphNode } from "./graph.ts";
import type { CellProgram, Mask, Node, NodeId, Product, Source, Stage, Sum } from "./program.ts";
import { orderSums } from "./sumOrder.ts";
import type { ResolvedWidths } from "./widths.ts";

export interface AssemblyOptions {
  /**
   * The program of the same equations as they are written, where these are altered: matrices are stacked as in that one, so that one
   * stretch of weights serves both.
   */
  readonly like?: CellProgram;
  /** Whether the gradients of signals are signals too, behind the others. @default false */
  readonly gradients?: boolean;
}

/** @throws EquationError when something learned would not learn, or sizes are left open. */
export function assemble(
  draft: Draft,
  gradients: Gradients,
  { like, gradients: showsGradients = false }: AssemblyOptions = {},
): CellProgram {
  const { graph, states, vectors, matrices, signals, products } = draft;
  const output = states.findIndex((state) => state.name === "h");
  const widths = draft.widths.resolve(draft.inputWidth, states[output].width);
  const sumGradients = learning(draft, gradients);

  const forwardLevels = levelsForward(draft);
  const sources = listSources(draft, forwardLevels, like);
  const sourceOf = new Map(sources.map((source, index) => [source.node, index]));
  const sourcesOfSum = draft.sums.map((_, sum) =>
    products.filter((product) => product.sum === sum).map((p) => sourceOf.get(p.source) ?? -1),
  );
  const order = orderSums(sourcesOfSum);

  const forward = reachable(graph.nodes, [
    ...states.map((state) => state.value),
    ...signals.map((signal) => signal.node),
    ...sources.map((source) => source.node),
    ...draft.sums,
  ]);
  const shown = showsGradients ? gradients.signals : [];
  const wanted = [
    ...sumGradients,
    ...gradients.vectors,
    ...gradients.previous,
    gradients.input,
    ...shown,
  ];
  const backward = reachable(
    graph.nodes,
    wanted.filter((id) => id !== null),
  );
  const backwardLevels = levelsBackward(draft, forward, backward, sumGradients);
  const gradientStages = sumGradients.map((id) => backwardLevels.get(id) ?? 0);

  // New numbers, in the old order: arguments stay before their users.
  const kept = [...graph.nodes.keys()].filter((id) => forward.has(id) || backward.has(id));
  const numberOf = new Map(kept.map((id, index) => [id, index]));
  const renumbered = (id: NodeId): NodeId => {
    const found = numberOf.get(id);
    if (found === undefined) throw new RangeError(`node ${id} was dropped although it is needed`);
    return found;
  };
  const orNull = (id: NodeId | null): NodeId | null => (id === null ? null : renumbered(id));
  const placeOfSum = new Map(order.map((sum, place) => [sum, place]));
  const newSum = (sum: number): number => placeOfSum.get(sum) ?? -1;
  const masks = listMasks(draft, widths, sourceOf);
  const newMask = new Map(masks.map(({ drafted }, mask) => [drafted, mask]));

  const finished = (node: GraphNode): Node => {
    if (node.kind === "number") return node;
    const width = widths.of(node.width);
    switch (node.kind) {
      case "sum":
        return { ...node, width, sum: newSum(node.sum) };
      case "mask":
        return { ...node, width, mask: newMask.get(node.mask) ?? -1 };
      case "apply":
        return { ...node, width, args: node.args.map(renumbered) };
      case "sourceGradient":
        return { ...node, width, source: sourceOf.get(node.source) ?? -1 };
      default:
        return { ...node, width };
    }
  };

  const sums = order.map(
    (sum): Sum => ({
      width: widthOf(draft, widths, draft.sums[sum]),
      stage: forwardLevels.get(draft.sums[sum]) ?? 0,
      gradient: renumbered(sumGradients[sum]),
      gradientStage: gradientStages[sum],
    }),
  );
  const finishedSources = sources.map(
    ({ node, stage, sums: fed }): Source => ({
      node: renumbered(node),
      width: widthOf(draft, widths, node),
      stage,
      sums: fed.map(newSum).sort((a, b) => a - b),
      gradientStage: Math.max(...fed.map((sum) => gradientStages[sum])),
    }),
  );
  const stagesOf = (levels: ReadonlyMap<NodeId, number>, ids: Iterable<NodeId>, least: number) =>
    toStages(draft, levels, ids, least).map(({ nodes }) => ({ nodes: nodes.map(renumbered) }));

  return {
    nodes: kept.map((id) => finished(graph.nodes[id])),
    states: states.map(({ name, width, initial, value }, state) => ({
      name,
      width: widths.of(width),
      initial,
      value: renumbered(value),
      previousGradient: orNull(gradients.previous[state]),
    })),
    output,
    vectors: vectors.map(({ name, width }, vector) => ({
      name,
      width: widths.of(width),
      gradient: orNull(gradients.vectors[vector]),
    })),
    matrices: matrices.map(({ name, rows, columns }) => ({
      name,
      rows: widths.of(rows),
      columns: columns.map(widths.of),
    })),
    masks: masks.map(({ mask }) => mask),
    sums,
    sources: finishedSources,
    products: products.map(
      ({ matrix, columnsBefore, source, sum }): Product => ({
        matrix,
        columnsBefore: columnsBefore.map(widths.of),
        source: sourceOf.get(source) ?? -1,
        sum: newSum(sum),
      }),
    ),
    tiedInput: widths.tiedInput,
    inputGradient: orNull(gradients.input),
    forward: stagesOf(forwardLevels, forward, Math.max(0, ...sums.map((sum) => sum.stage))),
    backward: stagesOf(
      backwardLevels,
      [...backward].filter((id) => !forward.has(id)),
      Math.max(0, ...gradientStages),
    ),
    signals: [
      ...signals.map(({ name, node, width, state, caption, written }) => ({
        name,
        node: renumbered(node),
        width: width === null ? ("units" as const) : widths.of(width),
        state,
        caption,
        range: rangeOf(draft, written),
      })),
      ...shown.flatMap((node, signal) => {
        if (node === null) return [];
        const { name, width } = signals[signal];
        return {
          name: `∂L/∂${name}`,
          node: renumbered(node),
          width: width === null ? ("units" as const) : widths.of(width),
          state: false,
          caption: `how the loss answers to ${name}`,
          range: null,
        };
      }),
    ],
  };
}

/** The gradients of all sums, once it is certain that there are any: a matrix that cannot learn is a mistake. */
function learning(draft: Draft, gradients: Gradients): NodeId[] {
  const reason = (name: string) => `${name} cannot learn: no state depends on it`;
  draft.vectors.forEach(({ name, at }, vector) => {
    if (gradients.vectors[vector] === null) throw new EquationError(at, reason(name));
  });
  return gradients.sums.map((gradient, sum) => {
    if (gradient !== null) return gradient;
    const product = draft.products.find((candidate) => candidate.sum === sum);
    const { name, at } = draft.matrices[product?.matrix ?? 0];
    throw new EquationError(at, reason(name));
  });
}

/** The first forward stage in which each node can be read. */
function levelsForward({ graph, sums, products }: Draft): Map<NodeId, number> {
  const levels = new Map<NodeId, number>();
  graph.nodes.forEach((node, id) => {
    let level = 0;
    if (node.kind === "apply") level = highest(node.args, levels);
    if (node.kind === "sum") {
      const feeding = products.filter((product) => sums[product.sum] === id);
      level = Math.max(...feeding.map(({ source }) => sourceStage(graph.nodes, source, levels)));
    }
    levels.set(id, level);
  });
  return levels;
}

/** x[t] and previous states are there before stage 0; what is computed is multiplied before the stage after. */
function sourceStage(
  nodes: readonly GraphNode[],
  source: NodeId,
  levels: ReadonlyMap<NodeId, number>,
): number {
  return nodes[source].kind === "apply" ? (levels.get(source) ?? 0) + 1 : 0;
}

/** The first backward stage in which each node can be read; what the forward pass computed, in any. */
function levelsBackward(
  draft: Draft,
  forward: ReadonlySet<NodeId>,
  backward: ReadonlySet<NodeId>,
  sumGradients: readonly NodeId[],
): Map<NodeId, number> {
  const levels = new Map<NodeId, number>();
  for (const id of [...backward].sort((a, b) => a - b)) {
    const node = draft.graph.nodes[id];
    let level = 0;
    if (node.kind === "apply" && !forward.has(id)) level = highest(node.args, levels);
    if (node.kind === "sourceGradient") {
      // The gradients of the sums it feeds stand before it: it was made when they were complete.
      const fed = draft.products.filter((product) => product.source === node.source);
      level =
        1 +
        highest(
          fed.map((product) => sumGradients[product.sum]),
          levels,
        );
    }
    levels.set(id, level);
  }
  return levels;
}

function highest(ids: readonly NodeId[], levels: ReadonlyMap<NodeId, number>): number {
  return Math.max(0, ...ids.map((id) => levels.get(id) ?? 0));
}

interface DraftSource {
  readonly node: NodeId;
  readonly stage: number;
  readonly sums: readonly number[];
}

/** What matrices multiply, each once: by stage, x[t] first; or as in a program whose products are the same. */
function listSources(
  draft: Draft,
  levels: ReadonlyMap<NodeId, number>,
  like?: CellProgram,
): DraftSource[] {
  const nodes = draft.graph.nodes;
  const bySource = Map.groupBy(draft.products, (product) => product.source);
  const sources = [...bySource].map(([node, fed]) => ({
    node,
    stage: sourceStage(nodes, node, levels),
    sums: fed.map((product) => product.sum),
  }));
  const rank = ({ node, stage }: DraftSource): number => {
    if (like) return like.products[draft.products.findIndex((p) => p.source === node)].source;
    return nodes[node].kind === "input" ? -1 : stage;
  };
  return sources.sort((a, b) => rank(a) - rank(b));
}

const MASK_ORDER: readonly Mask["of"][] = ["source", "state", "keep", "hold"];

/** By what they are for, and in this order; `drafted` is a mask's number in the draft. */
function listMasks(
  draft: Draft,
  widths: ResolvedWidths,
  sourceOf: ReadonlyMap<NodeId, number>,
): { readonly drafted: number; readonly mask: Mask }[] {
  const masks = draft.masks.map(({ width, of }, drafted) => {
    const mask = (named: Mask["of"], index: number): Mask => ({
      width: widths.of(width),
      perStep: named === "state",
      of: named,
      index,
    });
    if ("source" in of) return { drafted, mask: mask("source", sourceOf.get(of.source) ?? -1) };
    if ("state" in of) return { drafted, mask: mask("state", of.state) };
    if ("keep" in of) return { drafted, mask: mask("keep", of.keep) };
    return { drafted, mask: mask("hold", of.hold) };
  });
  const rank = ({ mask }: (typeof masks)[number]) => MASK_ORDER.indexOf(mask.of);
  return masks.sort((a, b) => rank(a) - rank(b) || a.mask.index - b.mask.index);
}

function reachable(nodes: readonly GraphNode[], roots: readonly NodeId[]): Set<NodeId> {
  const found = new Set<NodeId>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const node = nodes[id];
    if (node.kind === "apply") open.push(...node.args);
  }
  return found;
}

/** Computed nodes by level, each level in an order in which they can be computed; stages 0 to at least `least`. */
function toStages(
  draft: Draft,
  levels: ReadonlyMap<NodeId, number>,
  ids: Iterable<NodeId>,
  least: number,
): Stage[] {
  const computed = [...ids].filter((id) => draft.graph.nodes[id].kind === "apply");
  const byLevel = Map.groupBy(computed, (id) => levels.get(id) ?? 0);
  const count = 1 + Math.max(least, ...byLevel.keys());
  return Array.from({ length: count }, (_, level) => ({
    nodes: (byLevel.get(level) ?? []).sort((a, b) => a - b),
  }));
}

function widthOf(draft: Draft, widths: ResolvedWidths, id: NodeId) {
  const width = draft.graph.widthOf(id);
  return width === null ? "units" : widths.of(width);
}

/** From the outermost function: a sigmoid (or 1 − a sigmoid) lies in [0, 1], a tanh in [−1, 1]. */
function rangeOf({ graph }: Draft, id: NodeId): readonly [number, number] | null {
  const difference = graph.argsOf(id, "sub");
  const gate = difference && graph.numberOf(difference[0]) === 1 ? difference[1] : id;
  if (graph.argsOf(gate, "sigmoid")) return [0, 1];
  return graph.argsOf(id, "tanh") ? [-1, 1] : null;
}
