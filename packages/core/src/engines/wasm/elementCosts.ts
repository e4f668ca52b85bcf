/**
 * What each loss of numbers costs and its slope, over a row of outputs y and targets t: four at a time, or for quantiles, where
 * several outputs stand against one target, one by one. Definitions in `engine.ts`.
 */
import type { ElementLoss, Tensor } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes } from "./compile.ts";
import { f32, f32x4, i32, type V128, type Value, v128 } from "./instructions.ts";
import { hoistRow, reduceLanes } from "./rowVectors.ts";
import { Constants, hoistVectorMath } from "./vectorMath.ts";

type Address = Local<"i32">;
type Vector = Local<"v128">;

/** A loss as code; what is hoisted stands before the loop over rows. */
export interface ElementCost {
  /** Names what the code depends on. */
  readonly key: string;
  /** Gives Σ loss over a row. */
  readonly hoistSum: (f: FunctionBuilder) => (y: Address, t: Address) => Value<"f32">;
  /** Writes slope · factor over a row, which may be y's. */
  readonly hoistSlopes: (
    f: FunctionBuilder,
  ) => (y: Address, t: Address, to: Address, factor: Local<"f32">) => void;
  /** The slopes are to be multiplied by this, in the factor. */
  readonly slopeFactor: number;
}

export function elementCost(loss: ElementLoss, outputs: Tensor, targets: Tensor): ElementCost {
  if (loss.name === "quantile") return quantileCost(loss.levels, targets.width);
  return vectorCost(loss, outputs.width);
}

/** A loss of vectors y and t, and its slope without `slopeFactor`. Both may change y, and leave what they give in it or on the stack. */
interface VectorLoss {
  readonly cost: (y: Vector, t: Vector) => V128;
  readonly slope: (y: Vector, t: Vector) => V128;
}

type SimpleLoss = Exclude<ElementLoss, { name: "quantile" }>;

/** @param pass Only this of the two will be used: constants are for it alone. */
function hoistVectorLoss(f: FunctionBuilder, loss: SimpleLoss, pass: "cost" | "slope"): VectorLoss {
  const constants = new Constants(f);
  const difference = (y: Vector, t: Vector): void => f.set(y, f32x4.sub(y, t));
  switch (loss.name) {
    case "squared":
      return {
        cost(y, t) {
          difference(y, t);
          return f32x4.mul(y, y);
        },
        slope: (y, t) => f32x4.sub(y, t),
      };
    case "absolute": {
      const zero = constants.number(0);
      const one = constants.number(1);
      return {
        cost: (y, t) => f32x4.abs(f32x4.sub(y, t)),
        slope(y, t) {
          difference(y, t);
          const above = v128.and(f32x4.gt(y, zero), one);
          return f32x4.sub(above, v128.and(f32x4.lt(y, zero), one));
        },
      };
    }
    case "huber": {
      const delta = constants.number(loss.delta);
      const least = constants.number(-loss.delta);
      const half = constants.number(0.5);
      const held = f.local("v128");
      return {
        // With a the smaller of |d| and δ it is a·(|d| − a/2), on both sides of δ.
        cost(y, t) {
          f.set(y, f32x4.abs(f32x4.sub(y, t)));
          f.set(held, f32x4.min(y, delta));
          return f32x4.mul(held, f32x4.sub(y, f32x4.mul(held, half)));
        },
        slope: (y, t) => f32x4.max(f32x4.min(f32x4.sub(y, t), delta), least),
      };
    }
    case "binaryCrossEntropy": {
      if (pass === "slope") {
        const math = hoistVectorMath(f, ["sigmoid"], constants);
        const slope = (y: Vector, t: Vector): V128 => {
          math.sigmoid([y]);
          return f32x4.sub(y, t);
        };
        return { cost: slope, slope };
      }
      const math = hoistVectorMath(f, ["exp", "log"], constants);
      const zero = constants.number(0);
      const one = constants.number(1);
      const rest = f.local("v128");
      const cost = (y: Vector, t: Vector): V128 => {
        f.set(rest, f32x4.neg(f32x4.abs(y)));
        math.exp([rest]);
        f.set(rest, f32x4.add(rest, one));
        math.log([rest]);
        return f32x4.add(f32x4.sub(f32x4.max(y, zero), f32x4.mul(y, t)), rest);
      };
      return { cost, slope: cost };
    }
    default:
      throw new TypeError(`unknown loss "${loss satisfies never}"`);
  }
}

function vectorCost(loss: SimpleLoss, width: number): ElementCost {
  // Padding is 0 on both sides: only where that costs something need it be left out.
  const isMasked = loss.name === "binaryCrossEntropy";
  const tail = isMasked ? width % 4 : 0;
  const settings = loss.name === "huber" ? ` ${loss.delta}` : "";
  const hoistVectors = (f: FunctionBuilder) => {
    const count = isMasked ? width : Math.ceil(width / 4) * 4;
    const forVectors = hoistRow(f, f.let(i32.const(count)), tail);
    const y = f.local("v128");
    const t = f.local("v128");
    const zero = f.let(f32x4.const(0));
    /** The body is told where it is, and what to put into lanes without a target. */
    return (
      outputs: Address,
      targets: Address,
      body: (y: Vector, t: Vector, at: Address, present: (v: V128) => V128) => void,
    ): void =>
      forVectors((at, mask) => {
        f.set(y, v128.load(i32.add(outputs, at)));
        f.set(t, v128.load(i32.add(targets, at)));
        body(y, t, at, (v) => mask(v128.and(v, f32x4.eq(t, t)), zero));
      });
  };
  return {
    key: `${loss.name}${settings} ${width}`,
    slopeFactor: loss.name === "squared" ? 2 : 1,

    hoistSum(f) {
      const forVectors = hoistVectors(f);
      const { cost } = hoistVectorLoss(f, loss, "cost");
      const total = f.local("v128");
      return (outputs, targets) => {
        f.set(total, f32x4.const(0));
        forVectors(outputs, targets, (y, t, _, present) => {
          f.set(total, f32x4.add(total, present(cost(y, t))));
        });
        reduceLanes(f, total, f32x4.add);
        return f32x4.extract_lane(total, 0);
      };
    },

    hoistSlopes(f) {
      const forVectors = hoistVectors(f);
      const { slope } = hoistVectorLoss(f, loss, "slope");
      const factors = f.local("v128");
      return (outputs, targets, to, factor) => {
        f.set(factors, f32x4.splat(factor));
        forVectors(outputs, targets, (y, t, at, present) => {
          f.store(i32.add(to, at), present(f32x4.mul(slope(y, t), factors)));
        });
      };
    },
  };
}

/** Column n · levels + q of the outputs stands against column n of the targets. */
function quantileCost(levels: readonly number[], targets: number): ElementCost {
  const rowBytes = bytes(targets);
  const outputBytes = bytes(levels.length);
  const hoistTargets = (f: FunctionBuilder) => {
    const target = f.local("f32");
    const at = f.local("i32");
    const output = f.local("i32");
    return (
      y: Address,
      t: Address,
      body: (target: Local<"f32">, output: Address) => void,
      missing?: (output: Address) => void,
    ): void => {
      f.set(output, y);
      f.forLoop(at, 0, rowBytes, bytes(1), () => {
        f.set(target, f32.load(i32.add(t, at)));
        f.if(
          f32.eq(target, target),
          () => body(target, output),
          missing && (() => missing(output)),
        );
        f.increment(output, outputBytes);
      });
    };
  };
  return {
    key: `quantile ${levels.join(" ")} ${targets}`,
    slopeFactor: 1,

    hoistSum(f) {
      const forTargets = hoistTargets(f);
      const total = f.local("f32");
      const short = f.local("f32");
      return (outputs, rowTargets) => {
        f.set(total, f32.const(0));
        forTargets(outputs, rowTargets, (target, output) => {
          levels.forEach((level, q) => {
            f.set(short, f32.sub(target, f32.load(output, bytes(q))));
            const cost = f32.max(f32.mul(short, level), f32.mul(short, level - 1));
            f.set(total, f32.add(total, cost));
          });
        });
        return total;
      };
    },

    hoistSlopes(f) {
      const forTargets = hoistTargets(f);
      const y = f.local("f32");
      const slope = f.local("f32");
      const away = f.local("i32");
      return (outputs, rowTargets, to, factor) => {
        // Both rows go on alike.
        f.set(away, i32.sub(to, outputs));
        forTargets(
          outputs,
          rowTargets,
          (target, output) => {
            levels.forEach((level, q) => {
              f.set(y, f32.load(output, bytes(q)));
              f.set(slope, f32.sub(f32.convert_i32_s(f32.gt(y, target)), level));
              const isOff = f32.convert_i32_s(f32.ne(y, target));
              f.store(i32.add(output, away), f32.mul(f32.mul(slope, isOff), factor), bytes(q));
            });
          },
          (output) => {
            f.fillZero(i32.add(output, away), outputBytes);
          },
        );
      };
    },
  };
}
