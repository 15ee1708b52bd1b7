import { MpBenchError, type Problem } from '../base/index.js';
import { EXIT, exitCodeOfError } from './exit-codes.js';
import type { Output } from './io.js';

/** Tells of an error on stderr and returns its exit code: expected ones without a stack, others with it. */
export function reportError(error: unknown, stderr: Output): number {
  if (error instanceof MpBenchError) {
    const problems = error.problems.length > 0 ? error.problems : [{ message: error.message }];
    stderr.write(`${problems.map(problemLine).join('\n')}\n`);
    return exitCodeOfError(error.code);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`${text}\nThis is a fault of mp-bench itself: please report it with the lines above.\n`);
  return EXIT.internal;
}

/** `file:line:column message (hint)`. */
export function problemLine({ message, location, hint }: Problem): string {
  const place = location ? [location.file, location.line, location.column].filter((part) => part !== undefined) : [];
  const prefix = place.length > 0 ? `${place.join(':')} ` : '';
  return `${prefix}${message}${hint === undefined ? '' : ` (${hint})`}`;
}
