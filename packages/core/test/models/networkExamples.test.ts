/** Examples that a network was not made for are refused before they are computed with. */
import { expect, it } from "vitest";
import type { Examples, Ports } from "../../src/data/examples.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { trainNetwork } from "../../src/training/trainNetwork.ts";
import { NETWORKS, smallNetwork } from "./networks.ts";

const engine = createWasmEngine();
const ALIGNED = "seq2seq aligned";
const { ports } = NETWORKS[ALIGNED];

function invent(of: Ports, steps = 3): Examples {
  return inventExamples(of, { count: 3, steps, seed: 1 });
}

async function train(examples: Examples, name = ALIGNED): Promise<void> {
  const options = { engine, examples, length: { steps: 1 } };
  for await (const _ of trainNetwork(smallNetwork(name), options));
}

it("inputs of another kind", async () => {
  const input = { kind: "vectors", width: 6 } as const;
  await expect(train(invent({ ...ports, input }))).rejects.toThrow(
    "examples: input: the network is for 6 tokens, got vectors of 6",
  );
});

it("inputs of another size", async () => {
  const input = { kind: "tokens", size: 7 } as const;
  await expect(train(invent({ ...ports, input }))).rejects.toThrow(
    "examples: input: the network is for 6 tokens, got 7 tokens",
  );
});

it("targets of another size", async () => {
  const output = { kind: "classes", size: 9, each: "step" } as const;
  await expect(train(invent({ ...ports, output }))).rejects.toThrow(
    "examples: target: the network is for 4 tokens, got 9 tokens",
  );
});

it("targets with more steps than the input", async () => {
  const { target } = invent(ports, 30);
  await expect(train({ ...invent(ports), target })).rejects.toThrow(
    "examples: target of example 2: expected 1 steps, got 28",
  );
});

it("what is known beforehand of other steps than the target has", async () => {
  const name = "seq2seq, numbers with what is known beforehand";
  const of = NETWORKS[name].ports;
  const { known } = invent(of, 30);
  await expect(train({ ...invent(of), known }, name)).rejects.toThrow(
    "examples: known of example 2: expected 3 steps, got 30",
  );
});

it("numbers that are no tokens", async () => {
  const examples = invent(ports);
  const { input } = examples;
  const copy = (_: number, into: { [index: number]: number }, at: number): void => {
    into[at] = 6;
  };
  await expect(train({ ...examples, input: { ...input, copy } })).rejects.toThrow(
    "examples: expected tokens from 0 to 5, got 6",
  );
});
