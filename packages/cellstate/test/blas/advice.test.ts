import { describe, expect, test } from "vitest";
import { adviceFor } from "../../src/blas/advice.ts";

const DEBIAN_12 = 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_CODENAME=bookworm\nID=debian\n';
const DEBIAN_13 = "VERSION_CODENAME=trixie\nID=debian\n";
const UBUNTU_24 = "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n";
const MINT =
  'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n';
const UNKNOWN_DEBIAN = "ID=debian\nVERSION_CODENAME=later\n";
const FEDORA = "ID=fedora\nVERSION_ID=44\n";
const ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n';
const LEAP = 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n';

describe("the advice names a command for", () => {
  test.each([
    ["Debian 12", DEBIAN_12, "apt install libdnnl2"],
    ["Debian 13", DEBIAN_13, "apt install libdnnl3.6"],
    ["Ubuntu 24.04", UBUNTU_24, "apt install libdnnl3"],
    ["what is made from Ubuntu 24.04", MINT, "apt install libdnnl3"],
    ["a Debian whose oneDNN we do not know", UNKNOWN_DEBIAN, "apt install libopenblas0"],
    ["Fedora", FEDORA, "dnf install onednn"],
    ["what is made from RHEL", ROCKY, "dnf install openblas"],
    ["openSUSE", LEAP, "zypper install libdnnl3"],
    ["Arch", "ID=arch\n", "pacman -S onednn"],
    ["Alpine", "ID=alpine\n", "apk add openblas"],
    ["an unknown system", "", "install your system's package of oneDNN or OpenBLAS"],
  ])("%s", (_, osRelease, command) => {
    expect(adviceFor("auto", "linux", "x64", osRelease)).toBe(command);
  });

  test("other processors than x64, for which oneDNN's SGEMM is not written", () => {
    expect(adviceFor("auto", "linux", "arm64", DEBIAN_12)).toBe("apt install libopenblas0");
    expect(adviceFor("auto", "linux", "arm64", FEDORA)).toBe("dnf install openblas");
  });

  test("the library that was asked for", () => {
    expect(adviceFor("openblas", "linux", "x64", DEBIAN_12)).toBe("apt install libopenblas0");
    expect(adviceFor("openblas", "darwin", "arm64", "")).toBe("brew install openblas");
    expect(adviceFor("mkl", "linux", "x64", DEBIAN_12)).toContain("oneMKL");
  });

  test("Windows, where there is none", () => {
    expect(adviceFor("auto", "win32", "x64", "")).toContain(
      "CELLSTATE_BLAS=C:\\path\\libopenblas.dll",
    );
  });
});
