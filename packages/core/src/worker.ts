/** The entry of a thread: `@cellstate/core/worker`. The platform's script gives every message it receives to the result. */
export { serveWasmThread as serveThread } from "./engines/wasm/index.ts";
export type { ThreadMessage } from "./threads/threads.ts";
