import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCell } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { type JoinedStream, LanguageStreams } from "../../src/models/languageStreams.ts";
import { testThreads } from "../threads/nodeThreads.ts";
import { garbageOf } from "./garbage.ts";

const engine = createWasmEngine();
const vocabulary = Vocabulary.of(["abcdefg"], "characters");

function model(name = "lstm", embeddingSize = 0): LanguageModel {
  const sizes = { hiddenSize: 13, layers: 2, embeddingSize, projectionSize: null };
  return createLanguageModel(
    { cell: findCell(name), vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
  );
}

/** What happens between steps, and who reads: streams are meant by their number among those there are. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("join" as const) }) },
  ...(["leave", "reset", "copy"] as const).map((kind) =>
    fc.record({ kind: fc.constant(kind), which: fc.nat(20) }),
  ),
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      // Fewer than streams: the rest sit it out. Null: sits it out too.
      tokens: fc.array(fc.option(fc.nat(vocabulary.size - 1), { freq: 4 }), { maxLength: 12 }),
    }),
  },
);

describe("streams together", () => {
  it.each([
    ["lstm", 0],
    ["gru", 5],
    ["lstm-projection", 3],
    ["sru", 13],
  ])("have the bits of streams alone, whoever joins, leaves and sits out: %s", (name, embedded) => {
    const of = model(name, embedded);
    const spare = Array.from({ length: 30 }, () => new LanguageStream(of, engine));
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const streams = new LanguageStreams(of, engine, { room: 1 });
        const pairs: { together: JoinedStream; alone: LanguageStream }[] = [];
        let used = 0;
        const join = (from?: JoinedStream): void => {
          if (used === spare.length) return;
          const alone = spare[used++];
          alone.reset();
          if (from) alone.state = from.state;
          pairs.push({ together: streams.join(from?.state), alone });
        };
        for (const given of happenings) {
          if (given.kind === "join") join();
          else if (given.kind === "step") {
            const read = pairs.filter(({ together }, n) => {
              together.token = given.tokens[n] ?? null;
              return together.token !== null;
            });
            streams.step();
            read.forEach(({ together, alone }, n) => {
              const token = given.tokens.filter((t) => t !== null)[n];
              expect(together.token).toBeNull();
              expect([...together.logits]).toEqual([...alone.step(token)]);
            });
          } else if (pairs.length > 0) {
            const at = given.which % pairs.length;
            const { together, alone } = pairs[at];
            if (given.kind === "copy") join(together);
            if (given.kind === "leave") pairs.splice(at, 1)[0].together.leave();
            if (given.kind === "reset") for (const s of [together, alone]) s.reset();
          }
          expect(streams.size).toBe(pairs.length);
        }
        for (const { together, alone } of pairs) expect(together.state).toEqual(alone.state);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it("have the same bits on threads, be they few or many", async () => {
    const threads = await testThreads(3);
    const shared = createWasmEngine({ threads, leastShared: 0 });
    for (const readers of [1, 3, 4, 5, 9]) {
      const [here, there] = [engine, shared].map((used) => {
        const streams = new LanguageStreams(model(), used, { room: 9 });
        const joined = Array.from({ length: readers }, () => streams.join());
        return Array.from({ length: 4 }, (_, t) => {
          joined.forEach((stream, n) => {
            stream.token = (3 * t + n) % 7;
          });
          streams.step();
          return joined.map((stream) => [...stream.logits]);
        });
      });
      expect(there).toEqual(here);
    }
    threads.end();
  });

  it("keep what they have when room is made for more, their logits too", () => {
    const streams = new LanguageStreams(model(), createReferenceEngine(), { room: 1 });
    const first = streams.join();
    first.token = 3;
    streams.step();
    const [logits, state] = [[...first.logits], first.state];
    streams.join();
    expect([...first.logits]).toEqual(logits);
    expect(first.state).toEqual(state);
  });

  it("take no memory a step, whether the same read on or others", () => {
    const streams = new LanguageStreams(model(), engine);
    const [a, b, c] = [streams.join(), streams.join(), streams.join()];
    const STEPS = 20_000;
    const steps = (): void => {
      for (let i = 0; i < STEPS; i++) {
        a.token = i % 7;
        b.token = 2;
        if ((i & 8) === 0) c.token = 1;
        streams.step();
      }
    };
    // Four bytes a step would show; one number on the heap takes twelve.
    expect(garbageOf(steps)).toBeLessThan(4 * STEPS);
  });
});

describe("a stream among others", () => {
  it("has no logits before it has read, nor of a step that it sat out", () => {
    const streams = new LanguageStreams(model(), engine);
    const [a, b] = [streams.join(), streams.join()];
    expect(() => a.logits).toThrow("it read no token at the last step");
    a.token = 1;
    streams.step();
    expect(a.logits).toHaveLength(vocabulary.size);
    b.token = 1;
    streams.step();
    expect(() => a.logits).toThrow("it read no token at the last step");
  });

  it("reads nothing where another's token is none", () => {
    const streams = new LanguageStreams(model(), engine);
    const [a, b] = [streams.join(), streams.join()];
    a.token = 1;
    b.token = 7;
    const before = a.state;
    expect(() => streams.step()).toThrow("streams: expected tokens from 0 to 6, got 7");
    expect(a.token).toBe(1);
    expect(a.state).toEqual(before);
  });

  it("says that it has left, and that a state is another model's", () => {
    const streams = new LanguageStreams(model(), engine);
    const stream = streams.join();
    stream.leave();
    expect(() => stream.state).toThrow("stream: it has left; join again");
    expect(() => streams.join(new LanguageStream(model("gru"), engine).state)).toThrow(
      "state: expected c of layer 0",
    );
    expect(streams.size).toBe(0);
    expect(() => new LanguageStreams(model(), engine, { room: 0 })).toThrow("got 0");
  });
});
