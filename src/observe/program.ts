import { type ChildProcess, spawn } from 'node:child_process';
import { type Clock, MpBenchError, type TimerHandle } from '../base/index.js';

export interface ProgramOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** File descriptor that takes what the program writes to its stdout. */
  readonly output: number;
  readonly clock: Clock;
  /** Between the signal that asks the program to end and the one that ends it. */
  readonly graceMs: number;
}

export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly atMs: number;
}

/**
 * A program under observation, in a process group of its own: whatever it starts is ended with it. It has our stdin
 * and stderr; its stdout goes where it is told.
 */
export class Program {
  readonly startMs: number;
  /** Resolves when the program is gone; what it had started and left behind is killed then. */
  readonly ended: Promise<ProgramEnd>;
  readonly #options: ProgramOptions;
  readonly #child: ChildProcess;
  #grace: TimerHandle;
  #asked = false;
  #killed = false;
  #gone = false;

  private constructor(options: ProgramOptions, child: ChildProcess) {
    const { clock } = options;
    this.#options = options;
    this.#child = child;
    this.startMs = clock.now();
    this.ended = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        if (this.#grace !== undefined) clock.clearTimeout(this.#grace);
        this.#signalGroup('SIGKILL');
        this.#gone = true;
        resolve({ exitCode, signal, atMs: clock.now() });
      });
    });
  }

  /** @throws {MpBenchError} E_USAGE when there is no such command, or none that may be run */
  static async start(options: ProgramOptions): Promise<Program> {
    const [file = ''] = options.command;
    const child = spawned(options);
    const program = new Program(options, child);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error: NodeJS.ErrnoException) => reject(cannotStart(file, error)));
    });
    return program;
  }

  /** It did not end in time when it was asked to. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Asks the program to end, once; when it has not after its grace, it is killed. */
  askToEnd(signal: NodeJS.Signals): void {
    if (this.#asked || this.#gone) return;
    this.#asked = true;
    this.#signalGroup(signal);
    this.#grace = this.#options.clock.setTimeout(() => {
      this.#killed = true;
      this.kill();
    }, this.#options.graceMs);
  }

  /** Ends the program and all that it started, at once. */
  kill(): void {
    this.#signalGroup('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#gone) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  }
}

function spawned({ command, cwd, env, output }: ProgramOptions): ChildProcess {
  const [file = '', ...args] = command;
  try {
    return spawn(file, args, { cwd, env, stdio: ['inherit', output, 'inherit'], detached: true });
  } catch (error) {
    // What can be no name of a file is thrown, and not told later.
    throw cannotStart(file, error as NodeJS.ErrnoException);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command',
  EACCES: 'it may not be executed',
};

function cannotStart(file: string, error: NodeJS.ErrnoException): MpBenchError {
  const reason = REASONS[error.code ?? ''] ?? error.message;
  const message = `\`${file}\` cannot be started: ${reason}`;
  const hint = 'everything behind -- is the command with its arguments; a shell line needs sh -c';
  return new MpBenchError('E_USAGE', message, [{ message, hint }], { cause: error });
}
