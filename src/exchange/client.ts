import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MpBenchError } from '../base/index.js';
import type {
  ExchangeRequest,
  ExchangeResponse,
  FaultPlan,
  LedgerSnapshot,
  LinkConfig,
  SiteConfig,
  SiteInfo,
} from './protocol.js';

const STDERR_TAIL = 4096;

/** The exchange process as the main process sees it. Every call rejects with E_EXCHANGE once it is gone. */
export interface ExchangeClient {
  readonly pid: number;
  /** Opens a site; rejects with E_EXCHANGE when the venue is unknown or a port cannot be had. */
  open(site: SiteConfig): Promise<SiteInfo>;
  /** Puts another link in place, and drops the connections over the old one. */
  link(site: string, link: LinkConfig): Promise<void>;
  inject(site: string, faults: readonly FaultPlan[]): Promise<void>;
  snapshot(site: string): Promise<LedgerSnapshot>;
  /** Closes a site; resolves with its last snapshot. */
  close(site: string): Promise<LedgerSnapshot>;
  /** Closes everything and resolves when the process has ended. Harmless when it has ended already. */
  shutdown(): Promise<void>;
}

interface Waiting {
  readonly resolve: (response: ExchangeResponse) => void;
  readonly reject: (error: MpBenchError) => void;
}

/**
 * Starts the exchange process, on core `pinTo` where the system can pin. Rejects with E_EXCHANGE when it cannot be
 * started.
 */
export async function startExchange(options: { readonly pinTo?: number } = {}): Promise<ExchangeClient> {
  const channel = new Channel(forkExchange(options.pinTo));
  await channel.started();
  return {
    pid: channel.pid,
    open: async (site) => (await channel.ask({ kind: 'open', site }, 'opened')).site,
    link: async (site, link) => void (await channel.ask({ kind: 'link', site, link }, 'done')),
    inject: async (site, faults) => void (await channel.ask({ kind: 'inject', site, faults }, 'done')),
    snapshot: async (site) => (await channel.ask({ kind: 'snapshot', site }, 'snapshot')).snapshot,
    close: async (site) => (await channel.ask({ kind: 'close', site }, 'snapshot')).snapshot,
    shutdown: () => channel.shutdown(),
  };
}

class Channel {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #gone: MpBenchError | null = null;
  #asked = 0;
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    child.on('message', ({ id, response }: { id: number; response: ExchangeResponse }) => {
      this.#waiting.get(id)?.resolve(response);
      this.#waiting.delete(id);
    });
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#fail(`cannot be started: ${error.message}`);
        resolve();
      });
      // 'close' comes when stderr has been read to its end, so that the tail is whole.
      child.once('close', (code, signal) => {
        this.#fail(`ended (${signal ?? `exit code ${code}`})`);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Settles when the process runs, or could not be started. */
  async started(): Promise<void> {
    if (this.#child.pid === undefined) await this.#ended;
    if (this.#gone) throw this.#gone;
  }

  async ask<K extends ExchangeResponse['kind']>(
    request: ExchangeRequest,
    kind: K,
  ): Promise<Extract<ExchangeResponse, { kind: K }>> {
    const response = await this.#send(request);
    if (response.kind === kind) return response as Extract<ExchangeResponse, { kind: K }>;
    const reason =
      response.kind === 'failed' ? `${response.message} (${response.code})` : `unexpected ${response.kind}`;
    throw new MpBenchError('E_EXCHANGE', `exchange: ${request.kind}: ${reason}`);
  }

  async shutdown(): Promise<void> {
    if (!this.#gone) await this.#send({ kind: 'shutdown' }).catch(() => undefined);
    await this.#ended;
  }

  #send(request: ExchangeRequest): Promise<ExchangeResponse> {
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

  #fail(what: string): void {
    const tail = this.#stderr.trim();
    this.#gone ??= new MpBenchError('E_EXCHANGE', `the exchange process ${what}${tail ? `\n${tail}` : ''}`);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

function forkExchange(pinTo: number | undefined): ChildProcess {
  const pin = pinTo !== undefined && canPin(pinTo) ? ['taskset', '-c', String(pinTo)] : [];
  const [execPath, ...execArgv] = [...pin, process.execPath];
  return fork(processFile(), {
    execPath: execPath ?? process.execPath,
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

// A process runs the built file, also when this module is loaded from src (by a test runner).
function processFile(): string {
  const beside = fileURLToPath(new URL('process.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/exchange/process.js', import.meta.url));
}

function canPin(core: number): boolean {
  try {
    execFileSync('taskset', ['-c', String(core), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
