import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFileLimited } from "../../src/files/readFile.ts";
import { readBytes, readTexts } from "../../src/files/texts.ts";
import { findNotText } from "../../src/files/utf8.ts";
import { asNobody, errorLine, ownFolder } from "./support.ts";

/** Writes a file in a folder of the test's own and answers its path. */
function fileWith(content: string | Uint8Array, name = "f.txt"): string {
  const path = join(ownFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe("a file", () => {
  test("is read whole, into memory of its own", () => {
    const read = readFileLimited(fileWith(Uint8Array.of(1, 2, 3)));
    expect(read).toEqual(Uint8Array.of(1, 2, 3));
    expect(read.byteOffset).toBe(0);
  });

  test("that says it is empty and is not is read whole", () => {
    expect(readFileLimited("/proc/self/status").length).toBeGreaterThan(100);
  });

  test("may have just as many bytes as the limit, and not one more", () => {
    const path = fileWith(new Uint8Array(10));
    expect(readFileLimited(path, { limit: 10 }).length).toBe(10);
    expect(errorLine(() => readFileLimited(path, { limit: 9 }))).toBe(
      `${path}: is 1 MiB, the limit is 1 MiB; name a smaller one`,
    );
    expect(errorLine(() => readFileLimited("/proc/self/status", { limit: 9 }))).toMatch(/limit/);
  });

  test("may be empty only where that is said", () => {
    const path = fileWith("");
    expect(readFileLimited(path, { allowEmpty: true })).toEqual(new Uint8Array());
    expect(errorLine(() => readFileLimited(path))).toBe(
      `${path}: is empty; name a file with something in it`,
    );
  });
});

describe("what cannot be read gives one line", () => {
  const lineOf = (path: string): string => errorLine(() => readFileLimited(path));

  test("a missing file", () => {
    expect(lineOf("/nowhere/f")).toBe(
      "/nowhere/f: cannot read: no such file or folder; check the name",
    );
  });

  test("a folder", () => {
    expect(lineOf("/")).toBe("/: cannot read: it is a folder; name a file");
  });

  test("a device", () => {
    expect(lineOf("/dev/zero")).toBe("/dev/zero: cannot read: it is a device or pipe; name a file");
  });

  test("a pipe, without waiting for it", () => {
    const path = join(ownFolder(), "pipe");
    spawnSync("mkfifo", [path]);
    expect(lineOf(path)).toBe(`${path}: cannot read: it is a device or pipe; name a file`);
  });

  test("somebody else's file", () => {
    const path = fileWith("secret");
    chmodSync(path, 0o000);
    // Its folder must be open, or that is what is refused.
    chmodSync(join(path, ".."), 0o755);
    expect(asNobody(() => lineOf(path))).toBe(
      `${path}: cannot read: permission denied; choose another place or change the permissions`,
    );
  });

  test("a link to itself", () => {
    const path = join(ownFolder(), "loop");
    symlinkSync(path, path);
    expect(lineOf(path)).toBe(
      `${path}: cannot read: too many symbolic links; name the file itself`,
    );
  });

  test("a name that would break the line", () => {
    expect(lineOf("a\nb\u001b[2J")).toBe(
      "a?b?[2J: cannot read: no such file or folder; check the name",
    );
  });

  test("a name that no file can have", () => {
    expect(lineOf("a\0b")).toMatch(/^a\?b: cannot read: /);
  });
});

describe("texts", () => {
  test("come in the order given, and those of a folder by name, without hidden ones and folders within", () => {
    const folder = ownFolder();
    for (const name of ["b.txt", "a.txt", "Z.txt", ".hidden", "10", "9"]) {
      writeFileSync(join(folder, name), name);
    }
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "inner", "c.txt"), "c");
    const other = fileWith("other");
    expect(readTexts([other, folder]).map(({ name, text }) => [name, text])).toEqual([
      ["f.txt", "other"],
      ...["10", "9", "Z.txt", "a.txt", "b.txt"].map((name) => [name, name]),
    ]);
  });

  test("lose a byte order mark and nothing else", () => {
    const path = fileWith("\ufeffa\r\n\ufeffé\n");
    expect(readTexts([path])).toEqual([{ name: "f.txt", text: "a\r\n\ufeffé\n", size: 12 }]);
  });

  test("may be any bytes where bytes are asked for", () => {
    const bytes = Uint8Array.of(0, 255, 128);
    expect(readBytes([fileWith(bytes)])).toEqual([{ name: "f.txt", bytes, size: 3 }]);
  });

  test.each([
    [
      "a zero byte",
      Uint8Array.of(97, 98, 0, 99),
      "is not text in UTF-8: byte 2 is 0; save it as UTF-8, or use --tokens bytes",
    ],
    [
      "a byte of another encoding",
      Uint8Array.of(97, 0xe9, 98),
      "is not text in UTF-8: byte 1 is 233; save it as UTF-8, or use --tokens bytes",
    ],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 97, 0), "is UTF-16; save it as UTF-8"],
    ["nothing", new Uint8Array(), "is empty; name a file with something in it"],
    [
      "only a byte order mark",
      Uint8Array.of(0xef, 0xbb, 0xbf),
      "is empty; name a file with something in it",
    ],
  ])("with %s are refused in one line", (_, content, what) => {
    const path = fileWith(content);
    expect(errorLine(() => readTexts([path]))).toBe(`${path}: ${what}`);
  });

  test("of a folder in which a link points nowhere are refused by the link's name", () => {
    const folder = ownFolder();
    symlinkSync("nowhere", join(folder, "link"));
    expect(errorLine(() => readTexts([folder]))).toBe(
      `${join(folder, "link")}: cannot read: no such file or folder; check the name`,
    );
  });

  test("of a folder without files are refused in one line", () => {
    const folder = ownFolder();
    mkdirSync(join(folder, "inner"));
    expect(errorLine(() => readTexts([folder]))).toBe(
      `${folder}: a folder without files; folders within it are not looked into`,
    );
  });
});

describe("the first byte that is not text", () => {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  /** Bytes that often are nearly right: leads, continuations, and the second bytes at which ranges end. */
  const tricky = fc.array(
    fc.oneof(
      fc.constantFrom(0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf),
      fc.constantFrom(0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff),
    ),
    { maxLength: 8 },
  );

  test("is where TextDecoder still takes all that came before, and nothing that goes on from there", () => {
    fc.assert(
      fc.property(tricky, (values) => {
        const bytes = Uint8Array.from(values);
        const at = findNotText(bytes);
        expect(at === -1).toBe(decodes(bytes));
        if (at < 0) return;
        expect(decodes(bytes.subarray(0, at))).toBe(true);
        for (let end = at + 1; end <= bytes.length; end++) {
          expect(decodes(bytes.subarray(0, end))).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("is a zero byte, even before worse", () => {
    expect(findNotText(Uint8Array.of(0x41, 0, 0xff))).toBe(1);
    expect(findNotText(Uint8Array.of(0x41, 0xff, 0))).toBe(1);
    expect(findNotText(new Uint8Array(readFileSync(import.meta.filename)))).toBe(-1);
  });
});
