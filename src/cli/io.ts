/** A place to write to. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY: boolean;
  readonly columns: number;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The outside world as the program sees it, so that tests need no process. */
export interface Io {
  /** The result, nothing else. */
  readonly stdout: Output;
  /** Progress, warnings and errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Calls the listener at each signal until the returned function is called. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** The process this program runs in. */
export function processIo(): Io {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    onSignal: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** Is this output to be coloured? Only a terminal is, and only when nobody said otherwise. */
export function isColoured(output: Output, env: Io['env']): boolean {
  return isInteractive(output, env) && (env['NO_COLOR'] ?? '') === '';
}

/** May a line on it be written over? */
export function isInteractive(output: Output, env: Io['env']): boolean {
  return output.isTTY && (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb';
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has left (`| head`); the run and its record still matter.
    if (error.code !== 'EPIPE') throw error;
  });
  return { write: (text) => stream.write(text), isTTY: stream.isTTY, columns: stream.columns ?? 80 };
}
