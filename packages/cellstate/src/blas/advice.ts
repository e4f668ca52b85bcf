/** What to install on this system where no BLAS is found: one command that a person can type. */
import { readFileSync } from "node:fs";

/** oneDNN's package where it carries its version in its name, by the release's code name. */
const DEBIAN: Readonly<Record<string, string>> = {
  bookworm: "libdnnl2",
  trixie: "libdnnl3.6",
  jammy: "libdnnl2",
  noble: "libdnnl3",
  resolute: "libdnnl3.6",
};

/** By os-release's ID, or one of ID_LIKE. The second where oneDNN is not written for the processor, or not packaged. */
const DISTRIBUTIONS: Readonly<Record<string, readonly [onednn: string, openblas: string]>> = {
  fedora: ["dnf install onednn", "dnf install openblas"],
  rhel: ["dnf install openblas", "dnf install openblas"],
  arch: ["pacman -S onednn", "pacman -S openblas"],
  suse: ["zypper install libdnnl3", "zypper install libopenblas0"],
  alpine: ["apk add openblas", "apk add openblas"],
};

/**
 * @param wanted The library that was asked for, `auto` for any.
 * @param osRelease The text of /etc/os-release; empty where there is none.
 * @returns `apt install libdnnl2`, or a sentence where there is no such command.
 */
export function adviceFor(
  wanted: string,
  platform: NodeJS.Platform,
  arch: NodeJS.Architecture,
  osRelease: string,
): string {
  if (wanted === "mkl") {
    return "install Intel's oneMKL, and put its folder where the system's loader looks (source setvars.sh)";
  }
  if (platform === "darwin") {
    return wanted === "openblas" || wanted === "onednn"
      ? `brew install ${wanted}`
      : "macOS has Accelerate: CELLSTATE_BLAS=accelerate";
  }
  if (platform === "win32") {
    return "put libopenblas.dll (github.com/OpenMathLib/OpenBLAS/releases) in a folder of PATH, or name it: CELLSTATE_BLAS=C:\\path\\libopenblas.dll";
  }
  if (platform === "freebsd") return "pkg install openblas";
  const field = (name: string) =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  const isOneDnn = arch === "x64" && wanted !== "openblas";
  for (const id of [field("ID"), ...field("ID_LIKE").split(" ")]) {
    if (id === "debian" || id === "ubuntu") {
      const release = field("UBUNTU_CODENAME") || field("VERSION_CODENAME");
      return `apt install ${(isOneDnn ? DEBIAN[release] : undefined) ?? "libopenblas0"}`;
    }
    // openSUSE's IDs are opensuse-leap, opensuse-tumbleweed.
    const commands = DISTRIBUTIONS[id.startsWith("opensuse") ? "suse" : id];
    if (commands !== undefined) return commands[isOneDnn ? 0 : 1];
  }
  return `install your system's package of ${isOneDnn ? "oneDNN or OpenBLAS" : "OpenBLAS"}`;
}

export function adviceForThisSystem(wanted: string): string {
  return adviceFor(wanted, process.platform, process.arch, osRelease());
}

function osRelease(): string {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      // The next one, or none: other systems than Linux may have no such file.
    }
  }
  return "";
}
