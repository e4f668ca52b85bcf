/** What an experiment is about, and what it found: plain JSON. */
export interface Experiment {
  readonly about: string;
  run(): Promise<object>;
}
