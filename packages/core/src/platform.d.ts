/**
 * What core takes from the platform: the few universals that Node, browsers and workers all have, and of them only
 * what it uses. The library's compiler options know no DOM and no Node, so whatever else slips in is a compile error.
 * WebAssembly stands in `webassembly.d.ts`, since Node's types declare everything here but not that.
 */

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Bytes of UTF-8. */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  /** @param label `utf-8` and a few dozen more. With `fatal`, damaged text throws a TypeError. */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBufferLike, options?: { stream?: boolean }): string;
}

/** Milliseconds since some moment of the process's own: for durations. */
declare const performance: { now(): number };

/** What it returns is a number in browsers and an object in Node: only for `clearTimeout`. */
declare function setTimeout(
  callback: () => void,
  delayMs?: number,
): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout>): void;

/** A pair of ports: here only for a turn of the event loop. */
interface MessagePort {
  addEventListener(type: "message", listener: () => void): void;
  /** Begins to receive, which `addEventListener` by itself does not. */
  start(): void;
  postMessage(message: unknown): void;
  close(): void;
}
declare class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}
