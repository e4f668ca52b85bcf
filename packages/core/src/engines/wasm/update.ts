/**
 * The update rules (`UPDATE_RULES`) as kernels over a stretch of weights w, its gradients g and its slots, in place.
 *
 * All begin alike: g ← clip(g · gradientScale) + weightDecay · w, and end alike: w ← shrink · w − step. A rule says what the
 * step is and what becomes of its slots. Kernels compute in float32; scalars that follow from others are worked out here in
 * float64 and rounded once.
 */
import { pow } from "../../numbers/portable.ts";
import type { Update } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32x4, type V128, v128 } from "./instructions.ts";
import type { SharedUpdate } from "./plan.ts";

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

/** What all rules take: gradientScale, clipValue, weightDecay, shrink; then up to seven scalars of the rule. */
const COMMON = 4;
const MOST_SCALARS = COMMON + 7;

/** Kernels take addresses: w and its end, g, two slots, and where the scalars stand. */
const PARAMETERS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

function emitRule(rule: Rule, ruleScalars: number) {
  type Address = Local<"i32">;
  return (
    f: FunctionBuilder,
    w: Address,
    end: Address,
    g: Address,
    slot0: Address,
    slot1: Address,
    scalarsAt: Address,
  ): void => {
    const inLanes = Array.from({ length: COMMON + ruleScalars }, (_, i) =>
      f.let(v128.load32_splat(scalarsAt, bytes(i))),
    );
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

const KERNELS = ["plain", "firstVelocity", "velocity", "squares", "adam"] as const;

/** Numbers that a thread takes at a time. */
const CHUNK = 1024;

export function updates(context: PlanContext): (linked: Linked) => SharedUpdate {
  const kernel = (name: string, rule: Rule, scalars: number) =>
    context.kernel(`update ${name}`, PARAMETERS, null, emitRule(rule, scalars));
  const kernels = {
    plain: kernel("plain", plain, 1),
    firstVelocity: kernel("first velocity", firstVelocity, 3),
    velocity: kernel("velocity", velocity, 4),
    squares: kernel("squares", squares, 4),
    adam: kernel("adam", adam, 7),
  };
  const at = context.scratch(MOST_SCALARS);
  return (linked) => {
    const runs = KERNELS.map((name) => linked.function(kernels[name]));
    const { numbers, args } = linked;
    return {
      begin(update) {
        const { slots } = update;
        numbers[at] = update.gradientScale;
        numbers[at + 1] = update.clipValue;
        numbers[at + 2] = update.weightDecay;
        numbers[at + 3] = update.shrink;
        args[0] = KERNELS.indexOf(writeScalars(update, numbers, at + COMMON));
        args[1] = update.count;
        args[2] = update.weights;
        args[3] = update.gradients;
        // A rule without slots does not touch what is at its weights.
        args[4] = slots.length > 0 ? slots[0] : update.weights;
        args[5] = slots.length > 1 ? slots[1] : update.weights;
      },
      run({ index, count: shares }, task) {
        const chunks = Math.ceil(task[1] / CHUNK);
        const from = CHUNK * Math.floor((chunks * index) / shares);
        const to = Math.min(task[1], CHUNK * Math.floor((chunks * (index + 1)) / shares));
        if (to <= from) return;
        runs[task[0]](
          bytes(task[2] + from),
          bytes(task[2] + to),
          bytes(task[3] + from),
          bytes(task[4] + from),
          bytes(task[5] + from),
          bytes(at),
        );
      },
      end() {},
    };
  };
}

/** Writes a rule's own scalars, in the order in which it takes them; answers whose they are. */
function writeScalars(update: Update, numbers: Float32Array, at: number): (typeof KERNELS)[number] {
  const { rule, learningRate, momentum, nesterov, alpha, beta1, beta2, epsilon, step } = update;
  numbers[at] = learningRate;
  switch (rule) {
    case "sgd":
      if (momentum === 0) return "plain";
      numbers[at + 1] = nesterov ? 1 : 0;
      numbers[at + 2] = nesterov ? momentum : 1;
      numbers[at + 3] = momentum;
      return step === 1 ? "firstVelocity" : "velocity";
    case "rmsprop":
    case "adagrad":
      numbers[at + 1] = rule === "rmsprop" ? alpha : 1;
      numbers[at + 2] = rule === "rmsprop" ? 1 - alpha : 1;
      numbers[at + 3] = epsilon;
      return "squares";
    case "adam":
      numbers[at] = learningRate / (1 - pow(beta1, step));
      numbers[at + 1] = beta1;
      numbers[at + 2] = 1 - beta1;
      numbers[at + 3] = beta2;
      numbers[at + 4] = 1 - beta2;
      numbers[at + 5] = 1 / Math.sqrt(1 - pow(beta2, step));
      numbers[at + 6] = epsilon;
      return "adam";
  }
}
