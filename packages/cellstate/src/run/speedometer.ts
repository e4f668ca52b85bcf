/** Tokens a second over the last few seconds. */
const MEMORY_MS = 5_000;

export class Speedometer {
  readonly #marks: { readonly tokens: number; readonly at: number }[] = [];
  perSecond = 0;

  /**
   * @param tokens So many in all.
   * @param now In milliseconds.
   */
  add(tokens: number, now: number): void {
    const marks = this.#marks;
    const last = marks.at(-1);
    // A mark a tenth of a second is enough, however fast steps come.
    if (last && now - last.at < 100) return;
    marks.push({ tokens, at: now });
    while (marks.length > 2 && now - marks[0].at > MEMORY_MS) marks.shift();
    const [first] = marks;
    if (now > first.at) this.perSecond = (1000 * (tokens - first.tokens)) / (now - first.at);
  }
}
