import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { type ErrorCode, MpBenchError } from './errors.js';

export interface ChildOptions {
  /** Path of the module to run. */
  readonly module: string;
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Core to pin the process to; ignored where `taskset` is not there. */
  readonly core?: number | null;
  /** Code of the error that every pending request fails with when the process dies. */
  readonly errorCode: ErrorCode;
  readonly name: string;
}

const STDERR_TAIL = 2000;

interface Pending<Response> {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: Error) => void;
}

/** A child process of Node that answers requests over IPC (structured clone). It ends when its parent does. */
export class ChildChannel<Request, Response> {
  readonly #child: ChildProcess;
  readonly #options: ChildOptions;
  readonly #pending = new Map<number, Pending<Response>>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #stderr = '';
  #dead: Error | null = null;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawnNode(options);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (message: { id: number; response: Response }) => {
      this.#pending.get(message.id)?.resolve(message.response);
      this.#pending.delete(message.id);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#die(error.message, resolve));
      this.#child.on('exit', (code, signal) => this.#die(`exited with ${signal ?? String(code)}`, resolve));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {MpBenchError} with the options' code when the process is dead or dies before it answers */
  request(request: Request): Promise<Response> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, request });
    });
  }

  /** Ends the process by its id, at once, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Resolves when the process is gone. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  #die(how: string, resolve: () => void): void {
    const detail = this.#stderr.trim();
    this.#dead = new MpBenchError(this.#options.errorCode, `${this.#options.name} ${how}${detail && `\n${detail}`}`);
    for (const { reject } of this.#pending.values()) reject(this.#dead);
    this.#pending.clear();
    resolve();
  }
}

function spawnNode({ module, execArgv = [], env, core = null }: ChildOptions): ChildProcess {
  const node = [process.execPath, ...execArgv, module];
  const [command = '', ...args] = core === null || !canPin() ? node : ['taskset', '-c', String(core), ...node];
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    ...(env ? { env } : {}),
  });
}

let pinningWorks: boolean | undefined;

/** Whether processes can be pinned to cores here (Linux with util-linux). */
export function canPin(): boolean {
  pinningWorks ??= allowedCores().length > 0;
  return pinningWorks;
}

/** The cores this process may run on, ascending; empty where that cannot be told. */
export function allowedCores(): readonly number[] {
  try {
    const text = execFileSync('taskset', ['-cp', String(process.pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseCores(text.slice(text.lastIndexOf(':') + 1).trim());
  } catch {
    return [];
  }
}

function parseCores(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
