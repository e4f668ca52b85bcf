/** How fast a training goes, over about the last second of training. */

const SPAN_MS = 1000;

interface Mark {
  readonly at: number;
  readonly step: number;
  readonly tokens: number;
}

export class Speed {
  #marks: Mark[] = [];
  #last: Mark = { at: 0, step: 0, tokens: 0 };

  /** Time until now does not count. */
  resume(now: number): void {
    this.#last = { ...this.#last, at: now };
    this.#marks = [this.#last];
  }

  add(at: number, step: number, tokens: number): void {
    this.#last = { at, step, tokens };
    const newest = this.#marks.at(-1);
    // A mark a twentieth of the span is enough, however fast updates come.
    if (newest && at - newest.at < SPAN_MS / 20) return;
    this.#marks.push(this.#last);
    while (this.#marks.length > 2 && at - this.#marks[1].at > SPAN_MS) this.#marks.shift();
  }

  get stepsPerSecond(): number {
    return this.#rate(({ step }) => step);
  }

  get tokensPerSecond(): number {
    return this.#rate(({ tokens }) => tokens);
  }

  #rate(count: (mark: Mark) => number): number {
    const first = this.#marks.at(0);
    if (!first || this.#last.at <= first.at) return 0;
    return (1000 * (count(this.#last) - count(first))) / (this.#last.at - first.at);
  }
}
