/**
 * Optimizers as PyTorch defines them, and which weights each setting is for. The arithmetic is the engine's (`UPDATE_RULES`);
 * here are names, defaults and groups.
 */
import type { Update, UpdateRule } from "../engines/engine.ts";
import { ALIGNMENT } from "../engines/layout.ts";
import type { Parameter } from "../layers/parameters.ts";

export const OPTIMIZERS = ["sgd", "rmsprop", "adam", "adamw", "adagrad"] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export interface OptimizerOptions {
  readonly name: OptimizerName;
  /** @default 0.1 for sgd, 0.01 for rmsprop and adagrad, 0.001 for adam and adamw, as PyTorch (sgd has none there) */
  readonly learningRate?: number;
  /** For sgd. @default 0 */
  readonly momentum?: number;
  /** For sgd with momentum. @default false */
  readonly nesterov?: boolean;
  /** λ: for adamw weights shrink by η·λ a step, elsewhere λ·w joins the gradient. @default 0.01 for adamw, else 0 */
  readonly weightDecay?: number;
  /** For rmsprop: how much of the mean square to keep. @default 0.99 */
  readonly alpha?: number;
  /** For adam and adamw. @default 0.9 */
  readonly beta1?: number;
  /** For adam and adamw. @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-10 for adagrad, else 1e-8 */
  readonly epsilon?: number;
}

export type Optimizer = Required<OptimizerOptions>;

const RULES: Record<OptimizerName, UpdateRule> = {
  sgd: "sgd",
  rmsprop: "rmsprop",
  adam: "adam",
  adamw: "adam",
  adagrad: "adagrad",
};

const RATES: Record<OptimizerName, number> = {
  sgd: 0.1,
  rmsprop: 0.01,
  adam: 0.001,
  adamw: 0.001,
  adagrad: 0.01,
};

export function updateRule(name: OptimizerName): UpdateRule {
  return RULES[name];
}

/** The options with PyTorch's defaults filled in. @throws RangeError for an epsilon of 0, or Nesterov's form without momentum. */
export function completeOptimizer(options: OptimizerOptions): Optimizer {
  const { name } = options;
  if (options.epsilon !== undefined && !(options.epsilon > 0)) {
    throw new RangeError(`${name}: epsilon must be above 0, got ${options.epsilon}`);
  }
  if (options.nesterov && !options.momentum) {
    throw new RangeError("sgd: Nesterov's form needs a momentum above 0; got none");
  }
  return {
    learningRate: RATES[name],
    momentum: 0,
    nesterov: false,
    weightDecay: name === "adamw" ? 0.01 : 0,
    alpha: 0.99,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: name === "adagrad" ? 1e-10 : 1e-8,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    name,
  };
}

/** Settings of their own for some layers. */
export interface ParameterGroup {
  /** Layers by name, or by the beginning of it: `rnn` is all recurrent layers, `rnn.0` the first, `embedding`, `linear`. */
  readonly layers: readonly string[];
  /** Multiplies the learning rate. @default 1 */
  readonly rate?: number;
  /** In place of the optimizer's. */
  readonly weightDecay?: number;
  /** True leaves these weights as they are, and their gradients out of the norm. @default false */
  readonly frozen?: boolean;
}

/** A run of weights with the same settings, ready for the engine. */
export interface UpdateStretch {
  readonly update: Update;
  readonly rate: number;
  readonly weightDecay: number;
}

/** Where a plan keeps weights, gradients and an optimizer's slots: stretches of one layout. */
export interface UpdateBases {
  readonly weightsAt: number;
  readonly gradientsAt: number;
  readonly slotsAt: readonly number[];
}

/**
 * One stretch a group of neighbouring parameters, frozen ones left out.
 *
 * @throws RangeError where a group names no layer of the model.
 */
export function updateStretches(
  parameters: readonly Parameter[],
  bases: UpdateBases,
  optimizer: Optimizer,
  groups: readonly ParameterGroup[],
): UpdateStretch[] {
  const names = [...new Set(parameters.map(({ layer }) => layer))];
  const covers = (wanted: string, layer: string): boolean =>
    layer === wanted || layer.startsWith(`${wanted}.`);
  for (const wanted of groups.flatMap(({ layers }) => layers)) {
    if (!names.some((layer) => covers(wanted, layer))) {
      throw new RangeError(`no layer "${wanted}"; this model has ${names.join(", ")}`);
    }
  }
  const runs: { start: number; end: number; rate: number; weightDecay: number }[] = [];
  for (const { layer, tensor } of parameters) {
    const group = groups.find(({ layers }) => layers.some((wanted) => covers(wanted, layer)));
    if (group?.frozen) continue;
    const rate = group?.rate ?? 1;
    const weightDecay = group?.weightDecay ?? optimizer.weightDecay;
    const end = tensor.offset + tensor.rows * tensor.stride;
    const last = runs.at(-1);
    // Between neighbours lies only padding, zero in weights and gradients; a frozen layer would leave more room.
    const neighbour = last !== undefined && tensor.offset - last.end < ALIGNMENT;
    if (neighbour && last.rate === rate && last.weightDecay === weightDecay) last.end = end;
    else runs.push({ start: tensor.offset, end, rate, weightDecay });
  }
  return runs.map(({ start, end, rate, weightDecay }) => ({
    rate,
    weightDecay,
    update: {
      rule: updateRule(optimizer.name),
      weights: bases.weightsAt + start,
      gradients: bases.gradientsAt + start,
      slots: bases.slotsAt.map((base) => base + start),
      count: end - start,
      gradientScale: 1,
      clipValue: Number.POSITIVE_INFINITY,
      weightDecay: 0,
      shrink: 1,
      learningRate: 0,
      step: 0,
      momentum: optimizer.momentum,
      nesterov: optimizer.nesterov,
      alpha: optimizer.alpha,
      beta1: optimizer.beta1,
      beta2: optimizer.beta2,
      epsilon: optimizer.epsilon,
    },
  }));
}
