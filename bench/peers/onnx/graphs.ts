/**
 * The graphs that ONNX Runtime is given: its own LSTM operator, or the same equations written out in products and pointwise
 * operators, so that a token is a row that is looked up.
 *
 * Shapes as ONNX has them: X [T, B, I], states [1, B, H], W and R [1, 4H, ·] with gates in the order i o f c.
 */
import type { Case } from "../../cases.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from "./writer.ts";

/** Ours are i f g o (PyTorch's order; g is ONNX's c). */
const GATES = [0, 3, 1, 2];

/** Rows of a matrix or vector, a gate after another, in ONNX's order. */
function reordered(values: Float32Array, H: number): Float32Array {
  const width = values.length / 4;
  const result = new Float32Array(values.length);
  GATES.forEach((gate, at) => {
    result.set(values.subarray(gate * width, (gate + 1) * width), at * width);
  });
  if (width % H !== 0) throw new Error(`expected four gates of ${H}, got ${values.length} numbers`);
  return result;
}

function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from(values, (_, n) => values[(n % rows) * columns + Math.floor(n / rows)]);
}

const float = (name: string, shape: readonly number[]): OnnxValue => ({
  name,
  type: "float32",
  shape,
});

/** The LSTM operator for layer `l`, from `x` and the states h, c to `y` (null: not asked for), h and c. */
function lstmOperator(of: Case, l: number, x: string, y: string | null): [OnnxNode, OnnxTensor[]] {
  const { H, weights } = of;
  const size = l === 0 ? of.I : H;
  const bias = new Float32Array(8 * H);
  bias.set(reordered(weights[`bias_l${l}`].data, H));
  return [
    {
      type: "LSTM",
      inputs: [x, `W${l}`, `R${l}`, `B${l}`, "", `h${l}`, `c${l}`],
      outputs: [y ?? "", `h${l}.next`, `c${l}.next`],
      attributes: { hidden_size: H },
    },
    [
      {
        name: `W${l}`,
        shape: [1, 4 * H, size],
        data: reordered(weights[`weight_ih_l${l}`].data, H),
      },
      { name: `R${l}`, shape: [1, 4 * H, H], data: reordered(weights[`weight_hh_l${l}`].data, H) },
      { name: `B${l}`, shape: [1, 8 * H], data: bias },
    ],
  ];
}

/** States in and out of every layer. */
function states({ L, B, H }: Case, suffix: string, shape = [1, B, H]): OnnxValue[] {
  return Array.from({ length: L }, (_, l) =>
    ["h", "c"].map((state) => float(`${state}${l}${suffix}`, shape)),
  ).flat();
}

/** W4 and W5: x, h0, c0 → y, h0.next, c0.next; or without y, where a step's h is all that is wanted. */
export function layerGraph(of: Case, withOutputs: boolean): OnnxGraph {
  const { T, B, I, H } = of;
  const [node, initializers] = lstmOperator(of, 0, "x", withOutputs ? "y" : null);
  return {
    inputs: [float("x", [T, B, I]), ...states(of, "")],
    outputs: [...(withOutputs ? [float("y", [T, 1, B, H])] : []), ...states(of, ".next")],
    initializers,
    nodes: [node],
  };
}

/** W3 with the LSTM operator: x is one-hot, [1, 1, I]; → logits [1, 1, O]. */
export function operatorGraph(of: Case): OnnxGraph {
  const { I, H, O, L, weights } = of;
  const layers = Array.from({ length: L }, (_, l) =>
    lstmOperator(of, l, l === 0 ? "x" : `h${l - 1}.next`, null),
  );
  return {
    inputs: [float("x", [1, 1, I]), ...states(of, "")],
    outputs: [float("logits", [1, 1, O]), ...states(of, ".next")],
    initializers: [
      ...layers.flatMap(([, tensors]) => tensors),
      { name: "V", shape: [H, O], data: transposed(weights.weight_out.data, O) },
      { name: "b", shape: [O], data: weights.bias_out.data },
    ],
    nodes: [
      ...layers.map(([node]) => node),
      { type: "MatMul", inputs: [`h${L - 1}.next`, "V"], outputs: ["product"] },
      { type: "Add", inputs: ["product", "b"], outputs: ["logits"] },
    ],
  };
}

/** W3 written out: token [1] (int64), states [1, H] → logits [1, O]. */
export function writtenOutGraph(of: Case): OnnxGraph {
  const { I, H, O, L, weights } = of;
  const initializers: OnnxTensor[] = [
    { name: "V", shape: [H, O], data: transposed(weights.weight_out.data, O) },
    { name: "b", shape: [O], data: weights.bias_out.data },
    { name: "parts", shape: [2], data: BigInt64Array.from([BigInt(3 * H), BigInt(H)]) },
    { name: "thirds", shape: [3], data: new BigInt64Array(3).fill(BigInt(H)) },
  ];
  const nodes: OnnxNode[] = [];
  for (let l = 0; l < L; l++) {
    const add = (type: string, inputs: string[], outputs: string[], attributes = {}) =>
      nodes.push({
        type,
        inputs: inputs.map((name) => name.replace("#", `${l}`)),
        outputs: outputs.map((name) => name.replace("#", `${l}`)),
        attributes,
      });
    const matrix = (part: string, inputs: number) => ({
      shape: [inputs, 4 * H],
      data: transposed(reordered(weights[`weight_${part}_l${l}`].data, H), 4 * H),
    });
    const bias = reordered(weights[`bias_l${l}`].data, H);
    if (l === 0) {
      const table = matrix("ih", I);
      const withBias = table.data.map((value, n) => value + bias[n % (4 * H)]);
      initializers.push({ name: "table", shape: table.shape, data: withBias });
      initializers.push({ name: "R0", ...matrix("hh", H) });
      add("Gather", ["table", "token"], ["looked0"], { axis: 0 });
      add("Gemm", ["h0", "R0", "looked0"], ["z0"]);
    } else {
      const below = matrix("ih", H);
      const both = new Float32Array(2 * below.data.length);
      both.set(below.data);
      both.set(matrix("hh", H).data, below.data.length);
      initializers.push({ name: `WR${l}`, shape: [2 * H, 4 * H], data: both });
      initializers.push({ name: `b${l}`, shape: [4 * H], data: bias });
      add("Concat", [`h${l - 1}.next`, "h#"], ["xh#"], { axis: 1 });
      add("Gemm", ["xh#", "WR#", "b#"], ["z#"]);
    }
    add("Split", ["z#", "parts"], ["zs#", "zg#"], { axis: 1 });
    add("Sigmoid", ["zs#"], ["s#"]);
    add("Tanh", ["zg#"], ["g#"]);
    add("Split", ["s#", "thirds"], ["i#", "o#", "f#"], { axis: 1 });
    add("Mul", ["f#", "c#"], ["kept#"]);
    add("Mul", ["i#", "g#"], ["new#"]);
    add("Add", ["kept#", "new#"], ["c#.next"]);
    add("Tanh", ["c#.next"], ["shown#"]);
    add("Mul", ["o#", "shown#"], ["h#.next"]);
  }
  nodes.push({ type: "Gemm", inputs: [`h${L - 1}.next`, "V", "b"], outputs: ["logits"] });
  return {
    inputs: [{ name: "token", type: "int64", shape: [1] }, ...states(of, "", [1, H])],
    outputs: [float("logits", [1, O]), ...states(of, ".next", [1, H])],
    initializers,
    nodes,
  };
}
