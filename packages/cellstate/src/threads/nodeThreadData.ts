/** What a thread of Node and the one that started it tell each other beside core's messages. */

/** What `state[0]` may be. A thread that loads a library must not be ended meanwhile: native code cannot be broken off. */
export const RUNNING = 0;
export const EXITED = 1;
export const LOADING = 2;
/** The one that started it is about to end it: nothing may be loaded any more. */
export const ENDING = 3;

export interface NodeThreadData {
  /** Shared: one word. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** The thread's first and only message. */
export interface Listening {
  /** Its number in the system, where the system tells. */
  readonly systemThread: number | null;
}
