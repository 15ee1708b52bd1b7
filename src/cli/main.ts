import { CommanderError } from 'commander';
import { reportError } from './errors.js';
import { EXIT } from './exit-codes.js';
import { type Io, processIo } from './io.js';
import { buildProgram } from './program.js';

/** Runs one command (`argv` without node and script) and returns the exit code. Never throws. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let code: number = EXIT.ok;
  try {
    const program = buildProgram(io, argv, (finished) => {
      code = finished;
    });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said what was wrong; only help and version end well.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportError(error, io.stderr);
  }
}
