import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../src/state/address.ts";
import { DEFAULT_PAGE } from "../src/state/defaults.ts";
import { type Json, ORDERS, type PageState, VIEW_IDS } from "../src/state/page.ts";

const index = fc.nat(100_000);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const pages: fc.Arbitrary<PageState> = fc.record({
  view: fc.constantFrom(...VIEW_IDS),
  model: fc.oneof(
    fc.record({ kind: fc.constant("built-in" as const), name: fc.stringMatching(/^[\w-]{1,20}$/) }),
    fc.record({
      kind: fc.constant("file" as const),
      digest: fc.stringMatching(/^[0-9a-f]{16}$/),
      name: fc.string({ minLength: 1, maxLength: 40 }).filter((name) => name.isWellFormed()),
    }),
  ),
  input: fc.oneof(
    fc.record({ kind: fc.constant("text" as const), text: fc.string({ unit: "grapheme" }) }),
    fc.record({ kind: fc.constant("sample" as const), sample: index }),
  ),
  cursor: fc.record({ place: index, unit: index, step: index }),
  signal: fc.stringMatching(/^\w{1,10}$/),
  order: fc.constantFrom(...ORDERS),
  selected: fc.option(fc.array(index)),
  edits: fc.dictionary(
    fc.string({ maxLength: 9 }).filter((id) => id !== "__proto__"),
    fc.oneof(fc.array(finite), fc.constant({ 3: 0.5 })),
  ),
  own: fc.dictionary(fc.constantFrom(...VIEW_IDS), json, { noNullPrototype: true }),
}) as fc.Arbitrary<PageState>;

/** −0 is written as 0. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("an address", () => {
  test("restores every page that it was written from, and says nothing", async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (page) => {
        const { page: read, problem } = await readAddress(`#${await writeAddress(page)}`);
        expect(problem).toBeNull();
        expect(plain(read)).toEqual(plain(page));
      }),
      { numRuns: 100 },
    );
  });

  test("of the page as it opens is short", async () => {
    expect(await writeAddress(DEFAULT_PAGE)).toMatch(
      /^1\.\w+\?m=stories&c=0\.40\.0&s=h&o=likeness$/,
    );
  });

  test("that says nothing opens the page as it opens", async () => {
    expect(await readAddress("")).toEqual({ page: DEFAULT_PAGE, problem: null });
  });

  test.each([
    [
      "#7.states?m=stories",
      "this link is of version 7, and this page knows version 1: load a newer page",
    ],
    [
      "#view",
      "this link is damaged: it does not begin with a version; the page opens as it does without one",
    ],
    [
      "#1.nowhere?m=stories",
      "this link is damaged: the view could not be read, and is as without a link",
    ],
    [
      "#1.states?m=../etc&c=1.2&o=size",
      "this link is damaged: the model, the cursor, the order could not be read, and are as without a link",
    ],
    [
      "#1.states?i=AAAA&s=f%",
      "this link is damaged: s, the input could not be read, and are as without a link",
    ],
  ])("%s explains itself", async (address, problem) => {
    expect((await readAddress(address)).problem).toBe(problem);
  });

  test("whatever it is, it is read or explained: it never throws", async () => {
    const good = await writeAddress({
      ...DEFAULT_PAGE,
      input: { kind: "text", text: "My name is Krish." },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length),
        fc.string({ maxLength: 5 }),
        fc.nat(9),
        async (at, text, cut) => {
          const { page } = await readAddress(`#${good.slice(0, at)}${text}${good.slice(at + cut)}`);
          expect(VIEW_IDS).toContain(page.view);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("that would unpack to gigabytes is refused before it has", async () => {
    const zeros = new Blob([new Uint8Array(50_000_000)]).stream();
    const packed = zeros.pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = Buffer.from(await new Response(packed).arrayBuffer());
    const { problem } = await readAddress(`#1.states?i=${bytes.toString("base64url")}`);
    expect(problem).toContain("the input could not be read");
  });
});
