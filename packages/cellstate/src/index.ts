/** The library and, beside it, what Node adds: models and texts as files. */
export * from "@cellstate/core";
export { writeFileAtomically } from "./files/atomicWrite.ts";
export { readTexts, type TextFile } from "./files/texts.ts";
export { loadModel, saveModel } from "./modelFiles.ts";
export { startNodeThreads } from "./threads/nodeThreads.ts";
