/** Losses against PyTorch's, and what holds of rows and targets that do not count. */
import { describe, expect, it } from "vitest";
import type { ElementLoss, Engine } from "../../../src/engines/engine.ts";
import { expectClose, type Tolerance } from "./close.ts";
import { crossEntropySubject, elementLossSubject } from "./lossSubjects.ts";
import { given, read } from "./special.ts";
import { type Run, runSubject } from "./subject.ts";

const { NaN: missing } = Number;

/**
 * PyTorch 1.13 in float64. `F.cross_entropy(z, t, reduction="none", …)` of these logits and targets, and the gradient of the sum:
 * with `label_smoothing=0.1`, and with `weight=[0.5, 2, 1, 1.5]`, of which the targets' are the weights of the rows.
 */
const LOGITS = [...[1.5, -0.5, 0.25, 2.0], ...[0.0, 3.0, -1.0, 0.5], ...[0.125, 0.25, 0.5, -2.0]];
const TARGETS = [3, 0, 2];
const CROSS_ENTROPIES = [
  {
    what: "label smoothing",
    options: { labelSmoothing: 0.1 },
    weights: [1, 1, 1],
    losses: [0.740610395306458, 3.077425151560595, 1.0135024404072406],
    gradients: [
      ...[0.300673349513261, 0.01907509499899354, 0.06830697684507453, -0.3880554213573293],
      ...[-0.8817139623269137, 0.8444233079412682, -0.009075956650299002, 0.04636661103594452],
      ...[0.24471823460975825, 0.28063080031196286, -0.5325622842768241, 0.0072132493551028964],
    ],
  },
  {
    what: "classes weighed",
    options: { weighs: true },
    weights: [1.5, 0.5, 1],
    losses: [0.9327905929596869, 1.5699625757802975, 0.9353774404072406],
    gradients: [
      ...[0.48851002426989154, 0.06611264249849032, 0.1399604652676118, -0.6945831320359939],
      ...[-0.4783569811634568, 0.4347116539706341, 0.0079620216748505, 0.03568330551797226],
      ...[0.26971823460975825, 0.3056308003119629, -0.607562284276824, 0.0322132493551029],
    ],
  },
] as const;

/**
 * PyTorch 1.13 in float64, with reduction="mean" over these five, and its gradient: `F.mse_loss`, `F.l1_loss`,
 * `F.huber_loss(delta=1.25)`, and of others `F.binary_cross_entropy_with_logits`.
 */
const NUMBERS = { y: [0.5, -2.0, 3.0, 0.25, -0.75], targets: [0.0, 1.0, 3.0, 0.5, -2.25] };
const SHARES = { y: [0.5, -2.0, 30.0, -100.0, 0.0], targets: [0.0, 1.0, 0.75, 0.0, 0.25] };
const ELEMENT_LOSSES: readonly {
  readonly loss: ElementLoss;
  readonly given: typeof NUMBERS;
  readonly value: number;
  readonly gradient: readonly number[];
}[] = [
  {
    loss: { name: "squared" },
    given: NUMBERS,
    value: 2.3125,
    gradient: [0.2, -1.2, 0, -0.1, 0.6],
  },
  {
    loss: { name: "absolute" },
    given: NUMBERS,
    value: 1.05,
    gradient: [0.2, -0.2, 0, -0.2, 0.2],
  },
  {
    loss: { name: "huber", delta: 1.25 },
    given: NUMBERS,
    value: 0.84375,
    gradient: [0.1, -0.25, 0, -0.05, 0.25],
  },
  {
    loss: { name: "binaryCrossEntropy" },
    given: SHARES,
    value: 2.2588304351566237,
    gradient: [0.12449186624037092, -0.1761594155955765, 0.0499999999999813, 0, 0.05],
  },
];

const one = { steps: 1, batch: 1 };

export function lossContract(createEngine: () => Engine, tolerance: Tolerance): void {
  describe("crossEntropy", () => {
    it.each(CROSS_ENTROPIES)("is PyTorch's with $what", (known) => {
      const make = crossEntropySubject({ vocabularySize: 4, inPlace: false, ...known.options });
      const values = { logits: LOGITS, targets: TARGETS, scale: [1], "row weights": known.weights };
      const run = runSubject(createEngine(), given(make, values), { steps: 1, batch: 3 });
      expectClose("losses", read(run, "losses"), known.losses, tolerance);
      expectClose("gradients", read(run, "dLogits"), known.gradients, tolerance);
    });

    it("gives the bits of the plain loss where all rows weigh 1", () => {
      const options = { vocabularySize: 9, inPlace: false };
      const used = { steps: 3, batch: 2 };
      const plain = runSubject(createEngine(), crossEntropySubject(options), used);
      const make = crossEntropySubject({ ...options, weighs: true });
      const weights = Array.from({ length: 6 }, () => 1);
      const weighed = runSubject(createEngine(), given(make, { "row weights": weights }), used);
      for (const what of ["losses", "dLogits"]) {
        expect(read(weighed, what)).toEqual(read(plain, what));
      }
    });
  });

  describe("elementLoss", () => {
    const run = (
      loss: ElementLoss,
      values: { readonly targets: readonly number[] } & Readonly<Record<string, readonly number[]>>,
      batch = 1,
    ): Run => {
      const width = values.targets.length / batch;
      const weighs = "row weights" in values;
      const make = elementLossSubject({ loss, width, inPlace: false, weighs });
      return runSubject(createEngine(), given(make, { scale: [1], ...values }), { ...one, batch });
    };

    it.each(ELEMENT_LOSSES)("is PyTorch's mean where it is $loss.name", (known) => {
      const got = run(known.loss, known.given);
      expectClose("loss", read(got, "losses"), [known.value], tolerance);
      expectClose("gradient", read(got, "dy"), known.gradient, tolerance);
    });

    it("costs, at a level of 0.9, nine times as much below the target as above it", () => {
      const loss = { name: "quantile", levels: [0.5, 0.9] } as const;
      const got = run(loss, { y: [1, 2, 3, 5], targets: [2, 4] });
      // Targets 2, 2, 4, 4: short by 1, 0, 1, −1.
      expectClose("loss", read(got, "losses"), [(0.5 + 0 + 0.5 + 0.1) / 4], tolerance);
      expectClose("gradient", read(got, "dy"), [-0.125, 0, -0.125, 0.025], tolerance);
    });

    it("costs nothing where the target is missing, and the row is still divided by all", () => {
      const losses: readonly ElementLoss[] = [
        ...ELEMENT_LOSSES.map(({ loss }) => loss),
        { name: "quantile", levels: [0.5] },
      ];
      for (const loss of losses) {
        const y = [0.5, Number.POSITIVE_INFINITY, 0.25];
        const got = run(loss, { y, targets: [1, missing, missing] });
        const alone = run(loss, { y: [0.5], targets: [1] });
        expectClose("loss", read(got, "losses"), [read(alone, "losses")[0] / 3], tolerance);
        expectClose("gradient", read(got, "dy"), [read(alone, "dy")[0] / 3, 0, 0], tolerance);
      }
    });

    it("counts a row of weight 0 as nothing, whatever it holds", () => {
      for (const { loss } of ELEMENT_LOSSES) {
        const y = [0.5, missing, Number.POSITIVE_INFINITY];
        const got = run(loss, { y, targets: [1, 1, 0], "row weights": [2, 0, 0] }, 3);
        const alone = run(loss, { y: [0.5], targets: [1] });
        const [cost] = read(alone, "losses");
        expectClose("losses", read(got, "losses"), [2 * cost, 0, 0], tolerance);
        expectClose("gradients", read(got, "dy"), [2 * read(alone, "dy")[0], 0, 0], tolerance);
      }
    });

    it("lets a NaN through to the loss of its row alone", () => {
      const got = run({ name: "squared" }, { y: [1, missing, 1, 2], targets: [1, 2, 1, 0] }, 2);
      expect(read(got, "losses")).toEqual([missing, 2]);
    });
  });
}
