/**
 * The libraries we know: what each is called on each system, how its version is asked for, and how it is kept to one thread.
 * Our workers are the threads; a library that started its own beside them would have twice as many as there are cores.
 */
import { readFileSync } from "node:fs";
import type { Koffi, Library } from "./koffi.ts";
import type { Convention } from "./lender.ts";
import { blockSignals } from "./signals.ts";

export interface Family {
  /** By which a person names it. */
  readonly kind: string;
  readonly label: string;
  readonly convention: Convention;
  /** A function that this family has and no other: how a library that was named by its path is known. */
  readonly mark: string;
  /** Set while the library loads: some start their threads then. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Names for the system's loader, the best first. */
  names(platform: NodeJS.Platform): readonly string[];
  version(koffi: Koffi, library: Library): string;
  /** In every thread that calls the library, before its first product: keeps it to one thread. @throws Error if it cannot be. */
  prepareThread(koffi: Koffi, library: Library): void;
}

const oneDnn: Family = {
  kind: "onednn",
  label: "oneDNN",
  convention: "dnnl",
  mark: "dnnl_version",
  names: (platform) =>
    byPlatform(platform, {
      linux: ["libdnnl.so.3", "libdnnl.so.2", "libdnnl.so"],
      darwin: inHomebrew("libdnnl.dylib"),
      win32: ["dnnl.dll"],
    }),
  version: (koffi, library) => {
    const { major, minor, patch } = dnnlVersion(koffi, library);
    return `${major}.${minor}.${patch}`;
  },
  prepareThread: (koffi, library) => {
    const { major, minor, patch, runtime } = dnnlVersion(koffi, library);
    if (runtime === DNNL_OPENMP) useOneOpenMpThread(library);
    else if (runtime !== DNNL_SEQUENTIAL) {
      throw new Error(
        "it is built for TBB, SYCL or a thread pool, and cannot be kept to one thread",
      );
    }
    const isSafeFromSignals = (major - 3 || minor - 11 || patch - 2) >= 0;
    if (!isSafeFromSignals) blockSignals(koffi);
  },
};

/** Values of `cpu_runtime`, from oneDNN's dnnl_types.h / dnnl_config.h. */
const DNNL_SEQUENTIAL = 1;
const DNNL_OPENMP = 2;

interface DnnlVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly runtime: number;
}

function dnnlVersion(koffi: Koffi, library: Library): DnnlVersion {
  const struct = koffi.struct({
    major: "int",
    minor: "int",
    patch: "int",
    hash: "void *",
    runtime: "unsigned int",
  });
  return koffi.decode(library.func("void *dnnl_version()")(), struct);
}

const accelerate: Family = {
  kind: "accelerate",
  label: "Accelerate",
  convention: "cblas",
  mark: "vDSP_mmul",
  // Until macOS 15 the only way, and read at the first product. Nothing else of ours uses Accelerate, so it may stay.
  environment: { VECLIB_MAXIMUM_THREADS: "1" },
  names: (platform) =>
    byPlatform(platform, {
      darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
    }),
  version: () => {
    const plist = readFileSync("/System/Library/CoreServices/SystemVersion.plist", "utf8");
    const found = /<key>ProductVersion<\/key>\s*<string>([\d.]+)</.exec(plist);
    return `of macOS ${found?.[1] ?? "of unknown version"}`;
  },
  prepareThread: (_, library) => {
    // BLAS_THREADING_SINGLE_THREADED, for the calling thread; since macOS 15.
    if (has(library, "BLASSetThreading")) library.func("int BLASSetThreading(unsigned int)")(1);
  },
};

const mkl: Family = {
  kind: "mkl",
  label: "MKL",
  convention: "cblas",
  mark: "MKL_Get_Version_String",
  names: (platform) =>
    byPlatform(platform, {
      linux: ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"],
      darwin: ["libmkl_rt.2.dylib", "libmkl_rt.dylib"],
      win32: ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
    }),
  version: (_, library) => {
    const text = Buffer.alloc(200);
    library.func("void MKL_Get_Version_String(void *, int)")(text, text.length - 1);
    return (
      /Version (\S+?)(?:-Product)?\s/.exec(text.toString("latin1"))?.[1] ?? "of unknown version"
    );
  },
  prepareThread: (_, library) => {
    // Both layers are chosen before the first product and are the process's; asked again, they answer what they are.
    // The layer without threads also spares an OpenMP library that may not be there. 0: LP64; 1: sequential.
    if (has(library, "MKL_Set_Interface_Layer")) {
      const layer = library.func("int MKL_Set_Interface_Layer(int)")(0);
      if (layer !== 0) throw new Error(`it has 64-bit integers (interface layer ${layer})`);
      library.func("int MKL_Set_Threading_Layer(int)")(1);
    }
    library.func("int MKL_Set_Num_Threads_Local(int)")(1);
  },
};

const openBlas: Family = {
  kind: "openblas",
  label: "OpenBLAS",
  convention: "cblas",
  mark: "openblas_get_config",
  environment: { OPENBLAS_NUM_THREADS: "1" },
  names: (platform) =>
    byPlatform(platform, {
      linux: ["libopenblas.so.0", "libopenblas.so"],
      darwin: inHomebrew("libopenblas.dylib", "openblas"),
      win32: ["libopenblas.dll", "openblas.dll"],
    }),
  version: (_, library) => {
    const config = String(library.func("const char *openblas_get_config()")());
    if (/\bUSE64BITINT\b/.test(config)) throw new Error("it has 64-bit integers");
    const version = /OpenBLAS (\S+)/.exec(config)?.[1] ?? "of unknown version";
    // The kernels that it took for this processor: they decide the speed and the last bits.
    return `${version} ${library.func("const char *openblas_get_corename()")()}`;
  },
  prepareThread: (_, library) => {
    library.func("void openblas_set_num_threads(int)")(1);
    useOneOpenMpThread(library);
  },
};

/** A library named by its path that is none of ours but has CBLAS: BLIS, AOCL, Arm's, the reference BLAS. */
export const OTHER: Family = {
  kind: "other",
  label: "BLAS",
  convention: "cblas",
  mark: "cblas_sgemm",
  environment: { BLIS_NUM_THREADS: "1" },
  names: () => [],
  version: () => "",
  prepareThread: (_, library) => {
    useOneOpenMpThread(library);
    if (has(library, "bli_thread_set_num_threads")) {
      library.func("void bli_thread_set_num_threads(intptr_t)")(1);
    }
  },
};

/** All that are looked for by themselves. */
export const FAMILIES: readonly Family[] = [oneDnn, accelerate, mkl, openBlas];

/**
 * The order in which they are tried. oneDNN's SGEMM is written for x86-64; on ARM it is its plain reference loop, so
 * elsewhere it comes last.
 */
export function familiesFor(arch: NodeJS.Architecture): readonly Family[] {
  return arch === "x64" ? FAMILIES : [...FAMILIES.filter((family) => family !== oneDnn), oneDnn];
}

export function has(library: Library, name: string): boolean {
  try {
    library.symbol(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * OpenMP's setting is the calling thread's. The loader finds the function in the library that this one was linked with; on
 * Windows it does not, and OMP_NUM_THREADS must be set from outside.
 */
function useOneOpenMpThread(library: Library): void {
  if (has(library, "omp_set_num_threads")) library.func("void omp_set_num_threads(int)")(1);
}

/** Other systems than the three have Linux's names. */
function byPlatform(
  platform: NodeJS.Platform,
  names: Partial<Record<"linux" | "darwin" | "win32", readonly string[]>>,
): readonly string[] {
  const system = platform === "darwin" || platform === "win32" ? platform : "linux";
  return names[system] ?? [];
}

/** Homebrew's folders, on Apple's processors and on Intel's; the loader looks into neither by itself. */
function inHomebrew(file: string, formula?: string): readonly string[] {
  const folder = formula === undefined ? "lib" : `opt/${formula}/lib`;
  return [`/opt/homebrew/${folder}/${file}`, `/usr/local/${folder}/${file}`, file];
}
