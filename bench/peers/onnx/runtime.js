/** Starts ONNX Runtime: its native build for Node (`node`) or its wasm build with SIMD and threads (`web`). */
import { readFileSync } from "node:fs";
import { encodeOnnx } from "./writer.ts";

/** @returns {Promise<{ Tensor: Function, session: object, version: string }>} */
export async function start(build, graph, threads) {
  const name = `onnxruntime-${build}`;
  const ort = await import(name);
  if (build === "web") {
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
  }
  const session = await ort.InferenceSession.create(new Uint8Array(encodeOnnx(graph)), {
    executionProviders: [build === "web" ? "wasm" : "cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const packageFile = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  return { Tensor: ort.Tensor, session, version };
}
