/**
 * The update rules (`UPDATE_RULES`) as kernels over a stretch of weights w, its gradients g and its slots, in place.
 *
 * All begin alike: g ← clip(g · gradientScale) + weightDecay · w, and end alike: w ← shrink · w − step. A rule says what the
 * step is and what becomes of its slots. Kernels compute in float32; scalars that follow from others are worked out here in
 * float64 and rounded once.
 */
import { pow } from "../../numbers/portable.ts";
import type { CompiledPlan } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32x4, type V128, v128 } from "./instructions.ts";

type Vector = Local<"v128">;

/** What a rule sees at each element: the gradient, its slots' addresses, a free local, and its own scalars in all lanes. */
interface Element {
  readonly f: FunctionBuilder;
  readonly g: Vector;
  readonly slots: readonly Local<"i32">[];
  readonly free: Vector;
  readonly scalars: readonly Vector[];
}

/** Emits what the rule does to its slots, and gives the step that is taken off w. */
type Rule = (element: Element) => V128;

const { add, sub, mul, div, sqrt } = f32x4;

const plain: Rule = ({ g, scalars: [rate] }) => mul(rate, g);

/** The first velocity is g itself. The step is η·(a·g + b·v): a = 0, b = 1, or with Nesterov a = 1, b = μ. */
const firstVelocity: Rule = ({ f, g, slots: [v], scalars: [rate, a, b] }) => {
  f.store(v, g);
  return mul(rate, add(mul(a, g), mul(b, g)));
};

const velocity: Rule = ({ f, g, slots: [v], free, scalars: [rate, a, b, momentum] }) => {
  f.set(free, add(mul(momentum, v128.load(v)), g));
  f.store(v, free);
  return mul(rate, add(mul(a, g), mul(b, free)));
};

/** s ← a·s + b·g²: RMSprop has a = α, b = 1 − α, Adagrad a = b = 1. */
const squares: Rule = ({ f, g, slots: [s], free, scalars: [rate, a, b, epsilon] }) => {
  f.set(free, add(mul(a, v128.load(s)), mul(b, mul(g, g))));
  f.store(s, free);
  return div(mul(rate, g), add(sqrt(free), epsilon));
};

/** The rate is η/(1−β₁ᵏ), the correction 1/√(1−β₂ᵏ). */
const adam: Rule = ({ f, g, slots: [m, v], free, scalars }) => {
  const [rate, beta1, rest1, beta2, rest2, correction, epsilon] = scalars;
  f.set(free, add(mul(beta2, v128.load(v)), mul(rest2, mul(g, g))));
  f.store(v, free);
  f.set(g, add(mul(beta1, v128.load(m)), mul(rest1, g)));
  f.store(m, g);
  return div(mul(rate, g), add(mul(sqrt(free), correction), epsilon));
};

/** w, its end, g, two slots; gradientScale, clipValue, weightDecay, shrink; up to seven scalars of the rule. */
const PARAMETERS = [
  ...(["i32", "i32", "i32", "i32", "i32", "f32", "f32", "f32", "f32"] as const),
  ...(["f32", "f32", "f32", "f32", "f32", "f32", "f32"] as const),
] as const;

function emitRule(rule: Rule) {
  type Address = Local<"i32">;
  return (
    f: FunctionBuilder,
    w: Address,
    end: Address,
    g: Address,
    slot0: Address,
    slot1: Address,
    ...factors: readonly Local<"f32">[]
  ): void => {
    const inLanes = factors.map((factor) => f.let(f32x4.splat(factor)));
    const [gradientScale, clip, decay, shrink, ...scalars] = inLanes;
    const low = f.let(f32x4.neg(clip));
    const weight = f.local("v128");
    const gradient = f.local("v128");
    const free = f.local("v128");
    const slots = [slot0, slot1];
    f.forLoop(w, w, end, 16, () => {
      f.set(weight, v128.load(w));
      // A NaN comes through pmin and pmax as their first argument.
      f.set(gradient, f32x4.pmin(mul(v128.load(g), gradientScale), clip));
      f.set(gradient, add(f32x4.pmax(gradient, low), mul(decay, weight)));
      const step = rule({ f, g: gradient, slots, free, scalars });
      f.store(w, sub(mul(weight, shrink), step));
      for (const address of [g, ...slots]) f.increment(address, 16);
    });
  };
}

export function updates(context: PlanContext): (linked: Linked) => CompiledPlan["update"] {
  const kernel = (name: string, rule: Rule) =>
    context.kernel(`update ${name}`, PARAMETERS, null, emitRule(rule));
  const kernels = {
    plain: kernel("plain", plain),
    firstVelocity: kernel("first velocity", firstVelocity),
    velocity: kernel("velocity", velocity),
    squares: kernel("squares", squares),
    adam: kernel("adam", adam),
  };
  return (linked) => {
    const runPlain = linked.function(kernels.plain);
    const runFirstVelocity = linked.function(kernels.firstVelocity);
    const runVelocity = linked.function(kernels.velocity);
    const runSquares = linked.function(kernels.squares);
    const runAdam = linked.function(kernels.adam);

    return (update) => {
      const w = bytes(update.weights);
      const end = bytes(update.weights + update.count);
      const g = bytes(update.gradients);
      // A rule without slots does not touch what is at address 0.
      const s0 = update.slots.length > 0 ? bytes(update.slots[0]) : 0;
      const s1 = update.slots.length > 1 ? bytes(update.slots[1]) : 0;
      const { gradientScale: scale, clipValue: clip, weightDecay: decay, shrink } = update;
      const { rule, learningRate: rate, momentum, epsilon, alpha, beta1, beta2, step } = update;
      switch (rule) {
        case "sgd": {
          const ofGradient = update.nesterov ? 1 : 0;
          const ofVelocity = update.nesterov ? momentum : 1;
          if (momentum === 0) {
            runPlain(w, end, g, s0, s1, scale, clip, decay, shrink, rate, 0, 0, 0, 0, 0, 0);
          } else if (step === 1) {
            runFirstVelocity(
              w,
              end,
              g,
              s0,
              s1,
              scale,
              clip,
              decay,
              shrink,
              rate,
              ofGradient,
              ofVelocity,
              0,
              0,
              0,
              0,
            );
          } else {
            runVelocity(
              w,
              end,
              g,
              s0,
              s1,
              scale,
              clip,
              decay,
              shrink,
              rate,
              ofGradient,
              ofVelocity,
              momentum,
              0,
              0,
              0,
            );
          }
          break;
        }
        case "rmsprop":
          runSquares(
            w,
            end,
            g,
            s0,
            s1,
            scale,
            clip,
            decay,
            shrink,
            rate,
            alpha,
            1 - alpha,
            epsilon,
            0,
            0,
            0,
          );
          break;
        case "adagrad":
          runSquares(w, end, g, s0, s1, scale, clip, decay, shrink, rate, 1, 1, epsilon, 0, 0, 0);
          break;
        case "adam": {
          const stepRate = rate / (1 - pow(beta1, step));
          const correction = 1 / Math.sqrt(1 - pow(beta2, step));
          runAdam(
            w,
            end,
            g,
            s0,
            s1,
            scale,
            clip,
            decay,
            shrink,
            stepRate,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            correction,
            epsilon,
          );
          break;
        }
      }
    };
  };
}
