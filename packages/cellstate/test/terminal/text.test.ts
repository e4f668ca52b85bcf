import { describe, expect, test } from "vitest";
import { background, colourDepth, styled } from "../../src/terminal/colour.ts";
import {
  displayWidth,
  grouped,
  sentence,
  truncate,
  withoutControls,
  wrap,
} from "../../src/terminal/text.ts";

describe("colour", () => {
  const terminal = { isTTY: true, getColorDepth: () => 24 };
  const pipe = { isTTY: false };
  test.each([
    ["a terminal's own", terminal, {}, true, 24],
    ["none in a pipe", pipe, {}, true, 0],
    ["none for --no-color", terminal, { FORCE_COLOR: "3" }, false, 0],
    ["none for NO_COLOR", terminal, { NO_COLOR: "1" }, true, 0],
    ["an empty NO_COLOR says nothing", terminal, { NO_COLOR: "" }, true, 24],
    ["NO_COLOR over FORCE_COLOR", terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, true, 0],
    ["forced in a pipe", pipe, { FORCE_COLOR: "1" }, true, 4],
    ["forced 256", pipe, { FORCE_COLOR: "2" }, true, 8],
    ["forced off", terminal, { FORCE_COLOR: "0" }, true, 0],
    ["none on a dumb terminal", terminal, { TERM: "dumb" }, true, 0],
  ] as const)("%s", (_, stream, env, wanted, depth) => {
    expect(colourDepth(stream, env, wanted)).toBe(depth);
  });

  test("text is as it was where there is none", () => {
    expect(styled("loss", "bold", 0)).toBe("loss");
    expect(styled("loss", "bold", 8)).toBe("\x1b[1mloss\x1b[22m");
  });

  test("in 256 the nearest of cube and greys is taken", () => {
    expect(background([255, 0, 0], 8)).toBe("\x1b[48;5;196m");
    expect(background([38, 38, 40], 8)).toBe("\x1b[48;5;235m");
  });
});

test("width counts columns: wide characters two, combining ones and codes none", () => {
  expect(displayWidth("日本")).toBe(4);
  expect(displayWidth("e\u0301")).toBe(1);
  expect(displayWidth("\x1b[1mab\x1b[22m")).toBe(2);
});

test("truncated text ends in an ellipsis within its width", () => {
  expect(truncate("brother's", 6)).toBe("broth…");
  expect(truncate("日本語", 4)).toBe("日…");
  expect(truncate("tea", 3)).toBe("tea");
});

test("wrapped text keeps its words and its width", () => {
  expect(wrap("who likes tea and chess", 10)).toEqual(["who likes", "tea and", "chess"]);
  expect(wrap("", 10)).toEqual([]);
});

describe("a sentence", () => {
  const text = "there is no /usr/lib/libblas.so";

  test("breaks between words on a terminal", () => {
    expect(sentence(text, { live: true, width: 23 })).toBe("there is no\n/usr/lib/libblas.so");
  });

  test("is one line where nobody looks on, and where a path would be cut", () => {
    expect(sentence(text, { live: false, width: 23 })).toBe(text);
    expect(sentence(text, { live: true, width: 12 })).toBe(text);
  });
});

test("control codes cannot reach the terminal", () => {
  expect(withoutControls("a\x1b[2Jb\n\tc")).toBe("a\u{fffd}[2Jb\n\tc");
});

test("numbers are grouped by thousands", () => {
  expect([0, 999, 1000, 1_234_567].map(grouped)).toEqual(["0", "999", "1,000", "1,234,567"]);
});
