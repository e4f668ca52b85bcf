/** Lengths, masks, initial and final states on any number of threads: the bits of one. */
import { afterAll, expect, it } from "vitest";
import { gruResetBefore, lstm } from "../../src/cells/zoo/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { expectSameBits } from "../engines/contract/close.ts";
import { EncoderDecoder } from "../engines/encoderDecoder.ts";
import { InferringCell } from "../engines/inferring.ts";
import { testThreads } from "./nodeThreads.ts";

const started: Threads[] = [];
afterAll(() => {
  for (const threads of started) threads.end();
});

it.each([2, 3])(
  "an encoder and a decoder train with the bits of one thread on %i",
  async (count) => {
    const threads = await testThreads(count);
    started.push(threads);
    const engine = createWasmEngine({ threads, leastShared: 0 });
    expect(engine.threads).toBe(count);
    for (const lengths of [
      [4, 0, 2, 6, 1, 6, 3, 5, 0],
      [2, 3],
      [0, 0, 0, 0, 0],
    ]) {
      for (const loops of [false, true]) {
        const [shared, alone] = [engine, createWasmEngine()].map((on) =>
          new EncoderDecoder(on, 4, lengths, loops).fill().forward().backward(),
        );
        expectSameBits(`lengths ${lengths}`, shared.memory(), alone.memory());
      }
    }
  },
);

it.each([1, 4])("products divided by columns heed the lengths of %i sequences", async (batch) => {
  const threads = await testThreads(3);
  started.push(threads);
  const engine = createWasmEngine({ threads, leastShared: 0 });
  const lengths = [9, 20, 0, 30].slice(0, batch);
  for (const cell of [lstm, gruResetBefore]) {
    const [shared, alone] = [engine, createWasmEngine()].map((on) =>
      new InferringCell(on, cell, 30, batch, lengths).run().values(),
    );
    expectSameBits(cell.name, shared, alone);
  }
});
