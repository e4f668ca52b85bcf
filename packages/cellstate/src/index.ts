/** The library and, beside it, what Node adds: models and texts as files. */
export * from "@cellstate/core";
export {
  type ChooseOptions,
  ENGINES,
  type EngineAsked,
  type EngineKind,
  type WorkShape,
} from "./engine/choose.ts";
export { type OpenEngineOptions, type OpenedEngine, openEngine } from "./engine/open.ts";
export { writeFileAtomically } from "./files/atomicWrite.ts";
export { readTexts, type TextFile } from "./files/texts.ts";
export { loadModel, saveModel } from "./modelFiles.ts";
export { startNodeThreads } from "./threads/nodeThreads.ts";
