import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  assertWritable,
  writeFileAtomically,
  writeTextAtomically,
} from "../../src/files/atomicWrite.ts";
import { asNobody, errorLine, ownFolder } from "./support.ts";

const bytes = Uint8Array.of(1, 2, 3);

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe("a file that is written", () => {
  test("holds the bytes, new or replaced, and nothing else is left in its folder", () => {
    const folder = ownFolder();
    const path = join(folder, "m.safetensors");
    writeFileAtomically(path, bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    writeFileAtomically(path, new Uint8Array(100_000).fill(7));
    expect(readFileSync(path).equals(Buffer.alloc(100_000, 7))).toBe(true);
    writeFileAtomically(path, new Uint8Array());
    expect(statSync(path).size).toBe(0);
    expect(readdirSync(folder)).toEqual(["m.safetensors"]);
  });

  test("keeps its permissions, whatever the umask", () => {
    const path = join(ownFolder(), "m");
    writeFileSync(path, "old");
    chmodSync(path, 0o666);
    writeFileAtomically(path, bytes);
    expect(statSync(path).mode & 0o777).toBe(0o666);
  });

  test("is the one that a symbolic link points to; the link stays", () => {
    const folder = ownFolder();
    mkdirSync(join(folder, "elsewhere"));
    writeFileSync(join(folder, "elsewhere", "real"), "old");
    symlinkSync(join("elsewhere", "real"), join(folder, "link"));
    writeFileAtomically(join(folder, "link"), bytes);
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(new Uint8Array(readFileSync(join(folder, "elsewhere", "real")))).toEqual(bytes);
  });

  test("may have the longest of names", () => {
    const path = join(ownFolder(), "n".repeat(255));
    writeFileAtomically(path, bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
  });
});

describe("what cannot be written gives one line, before and during", () => {
  const both = (path: string, what: string): void => {
    expect(errorLine(() => writeFileAtomically(path, bytes))).toBe(`${path}: ${what}`);
    expect(errorLine(() => assertWritable(path))).toBe(`${path}: ${what}`);
  };

  test("a folder", () => {
    const folder = ownFolder();
    both(folder, "cannot write: it is a folder; name a file");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a device, which stays", () => {
    both("/dev/null", "cannot write: it is a device; name a file");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("a file in a folder that is not there", () => {
    const folder = join(ownFolder(), "gone");
    both(
      join(folder, "m"),
      `cannot write: there is no folder ${folder}; create it or choose another place`,
    );
  });

  test("a file below a file", () => {
    const file = join(ownFolder(), "file");
    writeFileSync(file, "old");
    both(join(file, "m"), "cannot write: part of the path is a file, not a folder; check the name");
  });

  test("a file in a folder of somebody else's", () => {
    const folder = ownFolder();
    writeFileSync(join(folder, "m"), "old");
    chmodSync(folder, 0o555);
    asNobody(() => {
      both(
        join(folder, "m"),
        "cannot write: permission denied; choose another place or change the permissions",
      );
    });
    expect(readFileSync(join(folder, "m"), "utf8")).toBe("old");
  });

  test("a file that is write-protected", () => {
    const path = join(ownFolder(), "m");
    writeFileSync(path, "old");
    chmodSync(path, 0o444);
    both(path, "cannot write: it is write-protected; choose another name");
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  test("a name that is too long", () => {
    both(
      join(ownFolder(), "n".repeat(256)),
      "cannot write: the name is too long; choose a shorter one",
    );
  });

  test("a link that points nowhere", () => {
    const path = join(ownFolder(), "link");
    symlinkSync("nowhere", path);
    both(path, "cannot write: no such file or folder; check the name");
  });
});

/** Runs shell commands where a file system of our own can be mounted; null where the system does not allow it. */
function inOwnMounts(commands: string): string | null {
  const { status, stdout } = spawnSync("unshare", ["-rm", "sh", "-ec", commands], {
    encoding: "utf8",
    timeout: 100_000,
  });
  return status === 0 ? stdout : null;
}

// Only Linux, and only where users may have name spaces of their own.
const mountable = inOwnMounts("mount -t tmpfs tmpfs /mnt") !== null;

describe.skipIf(!mountable)("on a file system of its own", () => {
  const write = (size: number): string =>
    `'${process.execPath}' '${script("writeOnce.ts")}' m ${size}`;

  test("a full disk gives one line, and the old file stays as it was", () => {
    const folder = ownFolder();
    const output = inOwnMounts(
      `mount -t tmpfs -o size=64k tmpfs '${folder}'; cd '${folder}'
       printf old > m; ${write(100_000)}; printf '|'; cat m; printf '|'; ls -A`,
    );
    expect(output).toBe(
      "CellstateError: m: cannot write: the disk is full; make room or choose another place|old|m\n",
    );
  });

  test("a disk too full for both old and new gives one line, though the new one alone would fit", () => {
    const folder = ownFolder();
    const output = inOwnMounts(
      `mount -t tmpfs -o size=64k tmpfs '${folder}'; cd '${folder}'
       head -c 40000 /dev/zero > m; ${write(40_000)}; printf '|'; wc -c < m; ls -A`,
    );
    expect(output).toBe(
      "CellstateError: m: cannot write: the disk is full; make room or choose another place|40000\nm\n",
    );
  });

  test("a read-only file system gives one line", () => {
    const folder = ownFolder();
    const output = inOwnMounts(
      `mount -t tmpfs tmpfs '${folder}'; mount -o remount,ro '${folder}'; cd '${folder}'; ${write(1)}`,
    );
    expect(output).toBe(
      "CellstateError: m: cannot write: the file system is read-only; choose another place",
    );
  });
});

describe("temporary files", () => {
  /** The name that a run of process `pid` on this machine gives its temporary file. */
  async function leftBehind(folder: string): Promise<{ name: string; pid: string }> {
    const child = spawn(process.execPath, [
      script("writeForever.ts"),
      join(folder, "m"),
      "50000000",
    ]);
    await once(child.stdout, "data");
    for (;;) {
      const name = readdirSync(folder).find((file) => file.endsWith(".tmp"));
      if (!name) {
        await sleep(1);
        continue;
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      if (existsSync(join(folder, name))) return { name, pid: String(child.pid) };
      // It was renamed in the last moment.
      return leftBehind(folder);
    }
  }

  test("that a killed run has left go with the next write; those of others stay", async () => {
    const folder = ownFolder();
    const { name, pid } = await leftBehind(folder);
    expect(name).toContain(`-${pid}-`);
    const living = name.replace(`-${pid}-`, `-${process.ppid}-`);
    const [, host] = name.split("-");
    const elsewhere = name.replace(host, host === "00000000" ? "00000001" : "00000000");
    const formerSelf = name.replace(`-${pid}-`, `-${process.pid}-`);
    const notOurs = [".cellstate.tmp", "m.tmp", `x${name}`];
    for (const file of [living, elsewhere, formerSelf, ...notOurs]) {
      writeFileSync(join(folder, file), "");
    }
    utimesSync(join(folder, formerSelf), 1, 1);
    writeFileAtomically(join(folder, "m"), bytes);
    expect(readdirSync(folder).sort()).toEqual(["m", living, elsewhere, ...notOurs].sort());
  });
});

test("a run that is killed at any moment leaves a file that is whole", async () => {
  const folder = ownFolder();
  const path = join(folder, "m");
  const size = 2_000_000;
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, [script("writeForever.ts"), path, String(size)]);
    await once(child.stdout, "data");
    await sleep(7 * round);
    child.kill("SIGKILL");
    await once(child, "exit");
    const read = readFileSync(path);
    expect(read.length).toBe(size);
    expect(read.equals(Buffer.alloc(size, read[0]))).toBe(true);
  }
  writeFileAtomically(path, bytes);
  expect(readdirSync(folder)).toEqual(["m"]);
});

describe("text that comes piece by piece", () => {
  test("is there whole, its umlauts too, and nothing else is left", async () => {
    const folder = ownFolder();
    const path = join(folder, "p.csv");
    const pieces = Array.from({ length: 9000 }, (_, i) => `${i},grüße\n`);
    await writeTextAtomically(path, pieces);
    expect(readFileSync(path, "utf8")).toBe(pieces.join(""));
    expect(readdirSync(folder)).toEqual(["p.csv"]);
  });

  test("leaves the old file where the pieces fail, and no temporary one", async () => {
    const folder = ownFolder();
    const path = join(folder, "p.csv");
    writeFileSync(path, "old");
    function* pieces() {
      yield "new";
      throw new RangeError("no more");
    }
    await expect(writeTextAtomically(path, pieces())).rejects.toThrow(new RangeError("no more"));
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["p.csv"]);
  });

  test("is not written over what is write-protected", async () => {
    const path = join(ownFolder(), "p.csv");
    writeFileSync(path, "old");
    chmodSync(path, 0o444);
    await expect(writeTextAtomically(path, ["new"])).rejects.toThrow(
      "cannot write: it is write-protected; choose another name",
    );
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});
