import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonError, parseJson } from "../../src/files/json.ts";

test("agrees with JSON.parse on whatever JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 8 }), fc.nat(2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("takes no text that JSON.parse refuses", () => {
  const anyText = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ua0. \n-e1'.split("")) });
  fc.assert(
    fc.property(anyText, (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (valid) return;
      expect(() => parseJson(text)).toThrow(JsonError);
    }),
    { numRuns: 1000 },
  );
});

test("finds the same key in one object, and lets it be in two", () => {
  expect(() => parseJson('{"a":[{"b":1,"c":{},"b":2}]}')).toThrow('the key "b" stands twice');
  expect(parseJson('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
  expect(parseJson('{"a":"a","b":"\\"a\\":"}')).toEqual({ a: "a", b: '"a":' });
});

test("counts depth and values before anything is built of them", () => {
  const limits = { depth: 2, values: 4 };
  expect(parseJson("[[1,2]]", limits)).toEqual([[1, 2]]);
  expect(() => parseJson("[[[1]]]", limits)).toThrow("nested more than 2 deep");
  expect(() => parseJson("[1,2,3,4,5]", limits)).toThrow("more than 4 values");
});
