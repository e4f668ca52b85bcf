/** What computes: float32 by our own kernels, float32 with the machine's products, float64 by plain loops. */
export const ENGINE_KINDS = ["wasm", "blas", "reference"] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** What may be asked for. */
export const ENGINES = ["auto", ...ENGINE_KINDS] as const;
export type EngineAsked = (typeof ENGINES)[number];
