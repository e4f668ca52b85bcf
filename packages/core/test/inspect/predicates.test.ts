import { describe, expect, it } from "vitest";
import { cutText } from "../../src/data/vocabulary.ts";
import {
  afterName,
  brackets,
  checkLabels,
  linePosition,
  type Predicate,
  quotes,
} from "../../src/inspect/predicates.ts";

const labels = (
  predicate: Predicate,
  text: string,
  kind: "characters" | "words" = "characters",
) => {
  const tokens = [...cutText(text, kind)];
  const told = { by: "the predicate", of: "text 0", count: tokens.length, unit: "token" } as const;
  return Array.from(
    checkLabels(predicate(tokens), told, (t) => `token ${t}, ${JSON.stringify(tokens[t])}`),
  );
};
/** One digit a character. */
const digits = (predicate: Predicate, text: string) => labels(predicate, text).join("");

describe("quotes", () => {
  it("are 1 from the opening mark to before the closing one", () => {
    expect(digits(quotes, 'he "is" it')).toBe("0001110000");
    expect(digits(quotes, "“a” «b» c")).toBe("110011000");
  });

  it("end with a blank line where nobody closed them", () => {
    expect(digits(quotes, '"ab\nc\n\nd')).toBe("11111100");
  });

  it("are the same for words", () => {
    // he, space and mark are one token or two; the label is that after its last character.
    const tokens = [...cutText('he "is" it', "words")];
    const inside = tokens.filter((_, t) => labels(quotes, 'he "is" it', "words")[t] === 1);
    expect(inside.join("").trim()).toBe('"is');
  });
});

describe("brackets", () => {
  it("count what is open", () => {
    expect(digits(brackets, "a(b[c]{d})e")).toBe("01122122100");
  });

  it("pass over what closes another bracket", () => {
    expect(digits(brackets, "(a]b))c")).toBe("1111000");
  });
});

describe("linePosition", () => {
  it("counts characters since the line began", () => {
    expect(labels(linePosition, "ab\ncd\n\ne")).toEqual([1, 2, 0, 1, 2, 0, 0, 1]);
  });

  it("counts a word's characters", () => {
    expect(labels(linePosition, "my name\nis", "words")).toEqual([2, 7, 0, 2]);
  });
});

describe("afterName", () => {
  it("is 1 from a name's last character for some characters", () => {
    expect(digits(afterName(["Bo"], 2), "is Bo it? Boo")).toBe("0000111000000");
  });

  it("finds the longer of two names, and names with signs in them", () => {
    expect(digits(afterName(["Bo", "Bo (II)"], 0), "Bo (II).")).toBe("00000010");
  });

  it("is the same for words", () => {
    expect(labels(afterName(["Krish"], 4), "my Krish is here", "words")).toEqual([0, 1, 1, 0]);
  });

  it("finds names with a hyphen", () => {
    expect(digits(afterName(["Jean-Luc"], 1), "a Jean-Luc, b")).toBe("0000000001100");
  });

  it("refuses to look for nothing, or for less than nothing behind a name", () => {
    expect(() => afterName([])).toThrow("afterName: give at least one name, none of them empty");
    for (const within of [-1, Number.NaN]) {
      expect(() => afterName(["a"], within)).toThrow(
        `afterName: within is ${within}, wanted 0 or more characters`,
      );
    }
  });
});

describe("labels of one's own", () => {
  it("may be truths or numbers, and NaN", () => {
    expect(labels((tokens) => tokens.map((token) => token === "a"), "ab")).toEqual([1, 0]);
    expect(labels(() => Float32Array.of(0.5, Number.NaN), "ab")).toEqual([0.5, Number.NaN]);
  });

  it("must be one a token", () => {
    expect(() => labels(() => [1], "ab")).toThrow(
      "the predicate gave 1 labels for the 2 tokens of text 0; it must give one a token",
    );
  });

  it("must be numbers", () => {
    const words: unknown[] = [1, "x"];
    expect(() => labels(() => words as number[], "ab")).toThrow(
      'the predicate gave x for token 1, "b", of text 0; wanted a number, true or false, or NaN to leave it out',
    );
    expect(() => labels(() => [1, Number.POSITIVE_INFINITY], "ab")).toThrow("gave Infinity");
  });
});
