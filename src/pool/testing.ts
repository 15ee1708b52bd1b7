import type { Clock, TimerHandle } from '../base/index.js';
import type { CloseReason } from './accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from './contracts.js';

/** What a fake dial does: opens after `dialMs`, is refused after `dialMs`, never settles, or waits for the test. */
export type FakeDialBehaviour = 'open' | 'refuse' | 'hang' | 'manual';
export type FakeCheckBehaviour = 'good' | 'bad' | 'throw' | 'hang';

/** A connection that exists only in memory. */
export class FakeConnection {
  readonly id: number;
  readonly origin: string;
  closedFor: CloseReason | undefined;
  /** How checks of this connection go. */
  check: FakeCheckBehaviour = 'good';
  readonly #listeners: ((error?: Error) => void)[] = [];

  constructor(id: number, origin: string) {
    this.id = id;
    this.origin = origin;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#listeners.push(listener);
  }

  /** The peer closes it. */
  die(error?: Error): void {
    for (const listener of this.#listeners) listener(error);
  }
}

/** One dial of a FakeConnector. */
export interface FakeDial {
  readonly origin: string;
  readonly atMs: number;
  readonly signal: AbortSignal;
  readonly settled: boolean;
  /** Settle it, whatever its behaviour; only the first call counts. */
  open(): void;
  refuse(): void;
}

/** A connection factory without a network: dials take the time and the course that the test gives them. */
export class FakeConnector implements ConnectionFactory<FakeConnection> {
  readonly dials: FakeDial[] = [];
  readonly connections: FakeConnection[] = [];
  /** How dials go, for all origins and for single ones. */
  behaviour: FakeDialBehaviour = 'open';
  readonly behaviours = new Map<string, FakeDialBehaviour>();
  dialMs: number;
  /** How long a check takes. */
  checkMs = 0;
  readonly check?: (connection: FakeConnection, signal: AbortSignal) => Promise<boolean>;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    { dialMs = 0, checks = false }: { readonly dialMs?: number; readonly checks?: boolean } = {},
  ) {
    this.#clock = clock;
    this.dialMs = dialMs;
    if (checks) this.check = (connection, signal) => this.#check(connection, signal);
  }

  /** Connections not closed by the pool. */
  get open(): number {
    return this.connections.filter(({ closedFor }) => closedFor === undefined).length;
  }

  connect({ origin }: PoolEndpoint, signal: AbortSignal): Promise<Dialed<FakeConnection>> {
    const behaviour = this.behaviours.get(origin) ?? this.behaviour;
    return new Promise((resolve, reject) => {
      let settled = false;
      let timer: TimerHandle;
      const once = (settle: () => void): void => {
        if (settled) return;
        settled = true;
        this.#clock.clearTimeout(timer);
        settle();
      };
      const dial: FakeDial = {
        origin,
        atMs: this.#clock.now(),
        signal,
        get settled() {
          return settled;
        },
        open: () => once(() => resolve(this.#opened(origin))),
        refuse: () => once(() => reject(new Error(`connect ECONNREFUSED ${origin}`))),
      };
      this.dials.push(dial);
      if (behaviour === 'hang' || behaviour === 'manual') return;
      const settle = (): void => (behaviour === 'open' ? dial.open() : dial.refuse());
      if (this.dialMs === 0) {
        settle();
        return;
      }
      timer = this.#clock.setTimeout(settle, this.dialMs);
      signal.addEventListener('abort', () => {
        once(() => reject(signal.reason));
      });
    });
  }

  close(connection: FakeConnection, reason: CloseReason): void {
    connection.closedFor ??= reason;
  }

  onClosed(connection: FakeConnection, listener: (error?: Error) => void): void {
    connection.onClosed(listener);
  }

  #opened(origin: string): Dialed<FakeConnection> {
    const connection = new FakeConnection(this.connections.length + 1, origin);
    this.connections.push(connection);
    return { connection, parts: { dnsMs: 0, tcpMs: this.dialMs, tlsMs: 0, upgradeMs: 0 } };
  }

  #check({ check }: FakeConnection, signal: AbortSignal): Promise<boolean> {
    if (check === 'throw') throw new Error('check failed');
    return new Promise((resolve, reject) => {
      if (check === 'hang') return;
      if (this.checkMs === 0) {
        resolve(check === 'good');
        return;
      }
      const timer = this.#clock.setTimeout(() => resolve(check === 'good'), this.checkMs);
      signal.addEventListener('abort', () => {
        this.#clock.clearTimeout(timer);
        reject(signal.reason);
      });
    });
  }
}
