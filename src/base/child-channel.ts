import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { type ErrorCode, MpBenchError } from './errors.js';

export interface ChildOptions {
  /** What messages call it: `the exchange process`. */
  readonly name: string;
  /** Path of the module to run. */
  readonly module: string;
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Core to pin the process to from its start; ignored where that is not possible. */
  readonly core?: number | null;
  /** Code of the error that every request fails with once the process is gone. */
  readonly errorCode: ErrorCode;
}

interface Waiting<Response> {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: Error) => void;
}

const STDERR_TAIL = 4096;

/** A child process of Node that answers requests over IPC (structured clone), each by its id. */
export class ChildChannel<Request, Response> {
  /** Resolves when the process is gone, or could not be started. */
  readonly ended: Promise<void>;
  readonly #options: ChildOptions;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting<Response>>();
  #asked = 0;
  #stderr = '';
  #gone: MpBenchError | null = null;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawnNode(options);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', ({ id, response }: { id: number; response: Response }) => {
      this.#waiting.get(id)?.resolve(response);
      this.#waiting.delete(id);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#fail(`cannot be started: ${error.message}`);
        resolve();
      });
      // 'close' comes when stderr has been read to its end, so that the tail is whole.
      this.#child.once('close', (code, signal) => {
        this.#fail(`ended (${signal ?? `exit code ${code}`})`);
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {MpBenchError} with the options' code when the process is gone, or goes before it answers */
  ask(request: Request): Promise<Response> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, request }, (error) => {
        // A closed channel is followed by the end of the process, which rejects with the reason.
        if (error && this.#child.exitCode === null && this.#child.connected) reject(error);
      });
    });
  }

  /** Ties the process, with all its threads, to one core; does nothing where that is not possible. */
  async pin(core: number): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || !allowedCores().includes(core)) return;
    await new Promise<void>((resolve) => {
      execFile('taskset', ['-acp', String(core), String(pid)], () => resolve());
    });
  }

  /** Ends the process at once, by its id; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #fail(what: string): void {
    const tail = this.#stderr.trim();
    this.#gone ??= new MpBenchError(this.#options.errorCode, `${this.#options.name} ${what}${tail && `\n${tail}`}`);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

function spawnNode({ module, execArgv = [], env, core = null }: ChildOptions): ChildProcess {
  const node = [process.execPath, ...execArgv, module];
  const pin = core !== null && allowedCores().includes(core) ? ['taskset', '-c', String(core)] : [];
  const [command = '', ...args] = [...pin, ...node];
  return spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    ...(env ? { env } : {}),
  });
}

let cores: readonly number[] | undefined;

/** The cores that processes can be pinned to, ascending; none where that is not possible (no taskset, no Linux). */
export function allowedCores(): readonly number[] {
  cores ??= readCores();
  return cores;
}

function readCores(): number[] {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    const text = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8', stdio });
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
