/** Codes of the errors that mp-bench raises on purpose. docs/errors.md explains each. */
export type ErrorCode =
  | 'E_USAGE'
  | 'E_SCENARIO'
  | 'E_BASELINE'
  | 'E_CONFIGURATION'
  | 'E_RECORD'
  | 'E_RULES'
  | 'E_PORT_IN_USE'
  | 'E_EXCHANGE'
  | 'E_ARM'
  | 'E_CONTROL'
  | 'E_NOTHING_EVALUATED';

/** Where in a file something is wrong; line and column count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that is wrong: what, where, and what would have been right. */
export interface Problem {
  readonly message: string;
  readonly location?: SourceLocation;
  /** For example "did you mean `symbols`?" */
  readonly hint?: string;
}

/** An expected failure: shown without a stack trace, mapped to an exit code by the command line. */
export class MpBenchError extends Error {
  override readonly name = 'MpBenchError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}
