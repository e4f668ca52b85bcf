/** What was typed after `cellstate start`. */
export interface StartArguments {
  readonly out?: string;
  readonly seed: number;
  readonly minutes: number;
  readonly threads?: number;
  readonly json?: boolean;
}
