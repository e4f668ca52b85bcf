/** The library and, beside it, what Node adds: models and texts as files. */
export * from "@cellstate/core";
export type { ChooseOptions, WorkShape } from "./engine/choose.ts";
export { ENGINES, type EngineAsked, type EngineKind } from "./engine/kinds.ts";
export { type OpenEngineOptions, type OpenedEngine, openEngine } from "./engine/open.ts";
export { writeFileAtomically } from "./files/atomicWrite.ts";
export { readTexts, type TextFile } from "./files/texts.ts";
export { loadModel, saveModel } from "./modelFiles.ts";
export { startNodeThreads } from "./threads/nodeThreads.ts";
