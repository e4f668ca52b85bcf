/** Long work gives the event loop its turn: timers fire, a page draws, Ctrl-C is heard. */

/** A frame of a screen at 60 a second. */
const TURN_EVERY_MS = 16;

/** @param last When the last turn was, by performance.now(). */
export function turnDue(last: number): boolean {
  return performance.now() - last >= TURN_EVERY_MS;
}

/** A macrotask by message: timers would wait a millisecond in Node and four in a page. */
export function takeTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const done = (): void => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", done);
    port1.start();
    port2.postMessage(null);
  });
}
