import { sleep } from '../base/index.js';
import type { ExchangeClient } from '../exchange/client.js';
import type { FaultPlan, LedgerSnapshot, SiteInfo } from '../exchange/protocol.js';
import { programEnvironment } from './environment.js';
import type { ObservedLedger } from './observation.js';
import type { ObserveOptions, StopReason } from './options.js';
import { Program, type ProgramEnd } from './program.js';
import { ObservedRows } from './rows.js';
import { Stop } from './stop.js';

const POLL_MS = 500;
const SETTLE_POLL_MS = 10;
/** Longest wait for the ends of the program's connections to reach the exchange, beside their way over the link. */
const SETTLE_MS = 1000;

/** A program that is over, and what the exchange has of it. */
export interface Watched {
  readonly end: ProgramEnd;
  readonly startMs: number;
  readonly stoppedBy: StopReason | null;
  readonly killed: boolean;
  readonly ledger: ObservedLedger;
  readonly rowsDropped: number;
}

/** Runs one program against one site, and collects the site's ledger meanwhile. */
export class Session {
  readonly #options: ObserveOptions;
  readonly #exchange: ExchangeClient;
  readonly #site: SiteInfo;
  readonly #rows = new ObservedRows();

  constructor(options: ObserveOptions, exchange: ExchangeClient, site: SiteInfo) {
    this.#options = options;
    this.#exchange = exchange;
    this.#site = site;
  }

  /** Resolves when the program is gone, with all that it had started. */
  async run(): Promise<Watched> {
    const program = await this.#start();
    try {
      using stop = new Stop(this.#options, program);
      await this.#exchange.inject(this.#site.id, this.#plans(program.startMs));
      this.#options.onStart?.(this.#site);
      const end = await this.#follow(program);
      const atEnd = await this.#snapshot();
      const last = await this.#settle(atEnd);
      const { connections, subscriptions, dropped } = this.#rows;
      return {
        end,
        startMs: program.startMs,
        stoppedBy: stop.reason,
        killed: program.killed,
        ledger: { connections, subscriptions, state: withoutAfterlife(last, atEnd, end) },
        rowsDropped: dropped + last.rowsDropped,
      };
    } finally {
      program.kill();
      await program.ended;
    }
  }

  async #start(): Promise<Program> {
    const { authorityFile, env, command, cwd, output, clock, graceMs } = this.#options;
    const { ca } = this.#site;
    const theirs = programEnvironment(env, this.#site, ca === null ? null : authorityFile(ca));
    return Program.start({ command, cwd, env: theirs, output, clock, graceMs });
  }

  #plans(startMs: number): FaultPlan[] {
    return this.#options.faults.map((fault, i) => ({ ...fault, id: String(i), atMs: startMs + fault.atMs }));
  }

  /** Collects rows until the program has ended, often enough that the ledger has to drop none. */
  async #follow(program: Program): Promise<ProgramEnd> {
    const over = new AbortController();
    try {
      for (;;) {
        const end = await Promise.race([program.ended, sleep(this.#options.clock, POLL_MS, over.signal)]);
        if (end) return end;
        await this.#snapshot();
      }
    } finally {
      over.abort();
    }
  }

  /** The kernel has closed the program's sockets; waits until the exchange has noticed. */
  async #settle(first: LedgerSnapshot): Promise<LedgerSnapshot> {
    const { clock, site } = this.#options;
    const deadlineMs = clock.now() + SETTLE_MS + 4 * site.link.rttMs;
    let last = first;
    while (last.connections.some((row) => row.closedAtMs === null) && clock.now() < deadlineMs) {
      await sleep(clock, SETTLE_POLL_MS);
      last = await this.#snapshot();
    }
    return last;
  }

  async #snapshot(): Promise<LedgerSnapshot> {
    const snapshot = await this.#exchange.snapshot(this.#site.id);
    this.#rows.add(snapshot);
    return snapshot;
  }
}

/** Drops what befell nobody: faults injected after the program's end, and messages that fell due then. */
function withoutAfterlife(last: LedgerSnapshot, atEnd: LedgerSnapshot, { atMs }: ProgramEnd): LedgerSnapshot {
  return {
    ...last,
    counts: { ...last.counts, unsentWhileDown: atEnd.counts.unsentWhileDown },
    faults: last.faults.filter(({ injectedAtMs }) => injectedAtMs <= atMs),
  };
}
