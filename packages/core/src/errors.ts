/** What went wrong with what a person gave us: one line, and a code that a program may act on. */
export type ErrorCode =
  | "equation"
  | "unknown-cell"
  | "file-format"
  | "file-access"
  | "vocabulary"
  | "data"
  | "option"
  | "not-finite"
  | "resume"
  | "thread"
  | "engine";

/**
 * Bad input, as opposed to a caller's mistake in code (TypeError, RangeError). The message is one line that says where,
 * what was wanted, what came and what to do.
 */
export class CellstateError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = "CellstateError";
    this.code = code;
  }
}
