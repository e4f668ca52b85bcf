/** What an experiment is about, and what it found: plain JSON. */
export interface Experiment {
  readonly about: string;
  /** @param options What came after its name. */
  run(options: readonly string[]): Promise<object>;
}
