/** What a person typed makes no sense: told in one line, exit code 2. Faults of files and data are core's `CellstateError`. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
