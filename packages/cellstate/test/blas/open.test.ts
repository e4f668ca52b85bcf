import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { FAMILIES, familiesFor } from "../../src/blas/families.ts";
import { lendFrom, openBlas } from "../../src/blas/index.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "cellstate-blas-")));
afterAll(() => rmSync(folder, { recursive: true }));

describe("openBlas", () => {
  test("passes over a text file that is given as a library", () => {
    const path = join(folder, "notes.so");
    writeFileSync(path, "I am no library.\n");
    const { lender, passedOver, ...none } = openBlas(path);
    expect(lender).toBeNull();
    expect(passedOver).toHaveLength(1);
    expect(passedOver[0]).toMatch(/notes\.so is passed over: it does not load: /);
    expect(none).toMatchObject({ reason: passedOver[0] });
  });

  test("says of a path that leads nowhere that there is no such file", () => {
    const path = join(folder, "nothing.so");
    expect(openBlas(path)).toEqual({
      lender: null,
      reason: `there is no ${path}`,
      advice: "name onednn, accelerate, mkl, openblas or the path of a library with cblas_sgemm",
      passedOver: [],
    });
  });

  test("does not take another library for one that was named", () => {
    const { lender, ...none } = openBlas(join(folder, "nothing.so"));
    expect(lender).toBeNull();
    expect(none).not.toHaveProperty("library");
  });

  test("names what may be named, for a name that is nobody's", () => {
    expect(openBlas("opneblas")).toMatchObject({
      lender: null,
      reason: 'there is no BLAS "opneblas" for this system',
    });
  });

  test("is switched off by none", () => {
    expect(openBlas("none")).toMatchObject({ lender: null, reason: "BLAS is switched off" });
  });

  test("takes its default from CELLSTATE_BLAS", () => {
    process.env.CELLSTATE_BLAS = "none";
    try {
      expect(openBlas()).toMatchObject({ reason: "BLAS is switched off" });
    } finally {
      delete process.env.CELLSTATE_BLAS;
    }
  });

  test("names the variable where what it says is nobody's", () => {
    process.env.CELLSTATE_BLAS = "opneblas";
    try {
      expect(openBlas()).toMatchObject({
        advice: expect.stringMatching(/cblas_sgemm, or unset CELLSTATE_BLAS$/),
      });
    } finally {
      delete process.env.CELLSTATE_BLAS;
    }
  });

  test("without koffi finds none, and says what to install", () => {
    const blas = fileURLToPath(new URL("../../src/blas", import.meta.url));
    const copy = join(folder, "package", "blas");
    cpSync(blas, copy, { recursive: true });
    writeFileSync(join(dirname(copy), "package.json"), '{"type": "module"}');
    const script = `
      const { findBlas, openBlas } = await import(${JSON.stringify(join(copy, "index.ts"))});
      console.log(JSON.stringify([findBlas(), openBlas()]));`;
    const args = ["--input-type=module", "-e", script];
    const env = { ...process.env, CELLSTATE_BLAS: "" };
    const options = { encoding: "utf8", env, timeout: 100_000 } as const;
    expect(JSON.parse(execFileSync(process.execPath, args, options))).toEqual([
      [],
      {
        lender: null,
        reason: "koffi, which calls the machine's libraries, is not installed",
        advice: "npm install koffi",
        passedOver: [],
      },
    ]);
  });
});

describe("the order", () => {
  test("is oneDNN, Accelerate, MKL, OpenBLAS on x64", () => {
    expect(familiesFor("x64").map(({ kind }) => kind)).toEqual([
      "onednn",
      "accelerate",
      "mkl",
      "openblas",
    ]);
  });

  test("has oneDNN last elsewhere, where its SGEMM is a plain loop", () => {
    expect(familiesFor("arm64").map(({ kind }) => kind)).toEqual([
      "accelerate",
      "mkl",
      "openblas",
      "onednn",
    ]);
  });

  test("looks for Accelerate on macOS only, and for something on every system", () => {
    const kinds = (platform: NodeJS.Platform) =>
      FAMILIES.filter((family) => family.names(platform).length > 0).map(({ kind }) => kind);
    expect(kinds("darwin")).toEqual(["onednn", "accelerate", "mkl", "openblas"]);
    expect(kinds("linux")).toEqual(["onednn", "mkl", "openblas"]);
    expect(kinds("freebsd")).toEqual(["onednn", "mkl", "openblas"]);
    expect(kinds("win32")).toEqual(["onednn", "mkl", "openblas"]);
  });
});

test("lendFrom refuses what no lender has given", () => {
  for (const source of [null, undefined, "libdnnl.so.2", {}, { library: 2 }]) {
    expect(() => lendFrom(source)).toThrow(TypeError);
  }
  expect(() => lendFrom({ library: join(folder, "nothing.so") })).toThrow(/nothing\.so: is gone$/);
});
