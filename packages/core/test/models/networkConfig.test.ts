/** Configurations that cannot be are refused, each with a sentence. */
import { describe, expect, it } from "vitest";
import type { NumberHead, OutputPort, Ports } from "../../src/data/examples.ts";
import { Network } from "../../src/models/network.ts";
import { NETWORKS } from "./networks.ts";

const { "seq2vec, classes": classifier, vec2seq: writer } = NETWORKS;
const vectors = { kind: "vectors", width: 3 } as const;
const yes: NumberHead = { name: "yes", loss: "binaryCrossEntropy" };

function numbers(...heads: NumberHead[]): OutputPort & { kind: "numbers" } {
  return { kind: "numbers", width: 1, heads, each: "sequence", known: 0 };
}

function refusal(ports: Ports, of = classifier): unknown {
  try {
    return new Network({ ...of, ports });
  } catch (error) {
    return error;
  }
}

describe("a network's ports", () => {
  const outputs: [OutputPort, string][] = [
    [
      { kind: "classes", size: 0, each: "sequence" },
      "ports.output.size: expected a whole number of 1 or more, got 0",
    ],
    [
      { ...numbers(yes), width: 2.5 },
      "ports.output.width: expected a whole number of 1 or more, got 2.5",
    ],
    [
      { ...numbers(yes), known: 2 },
      "ports.output.known: only a decoder is told 2 numbers of each step",
    ],
    [numbers(), "ports.output.heads: expected a head or more, got none"],
    [
      numbers(yes, { name: "yes", loss: "squared" }),
      'ports.output.heads: "yes" stands twice; give each head its own name',
    ],
    [
      numbers({ name: "band", loss: "quantile", levels: [] }),
      'head "band": expected levels above 0 and below 1, got none',
    ],
    [
      numbers({ name: "band", loss: "quantile", levels: [0.9, 1] }),
      'head "band": expected levels above 0 and below 1, got 0.9, 1',
    ],
    [
      numbers({ name: "robust", loss: "huber", delta: 0 }),
      'head "robust": expected a delta above 0, got 0',
    ],
  ];

  it.each(outputs)("%o are refused", (output, message) => {
    expect(refusal({ input: vectors, output })).toMatchObject({ code: "option", message });
  });

  it("have an input with a number in it", () => {
    const { output } = classifier.ports;
    expect(refusal({ input: { kind: "vectors", width: 0 }, output })).toMatchObject({
      code: "option",
      message: "ports.input.width: expected a whole number of 1 or more, got 0",
    });
  });

  it("have a start and an end among their tokens", () => {
    const { input } = writer.ports;
    const output = { kind: "tokens", size: 5, start: 5, end: 1 } as const;
    expect(refusal({ input, output }, writer)).toMatchObject({
      code: "option",
      message: "ports.output.start: expected a token below 5, got 5",
    });
  });

  it("may have quantiles in any order", () => {
    const levels = [0.9, 0.1];
    const output = numbers({ name: "band", loss: "quantile", levels });
    expect(refusal({ input: vectors, output })).toBeInstanceOf(Network);
  });
});
