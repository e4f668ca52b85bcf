/** What an experiment is about, and what it found: plain JSON. */
export interface Experiment {
  readonly about: string;
  /** @param args What stands after its name on the command line. */
  run(args: readonly string[]): Promise<object>;
}
