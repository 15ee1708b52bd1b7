import type { FakeClock } from '../../src/base/index.js';
import type { CloseReason, ConnectionFactory, Dialed } from '../../src/pool/index.js';

/** How something that the pool calls, or hands a lease to, goes: at once, wrongly, after a while, or not at all. */
export type Course = 'ok' | 'error' | 'slow' | 'never';
export const COURSES: readonly Course[] = ['ok', 'error', 'slow', 'never'];

const SLOW_MS = 3;
const PARTS = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };

export class GatedConnection {
  readonly id: number;
  borrowed = false;
  timesClosed = 0;
  listener: () => void = () => {};

  constructor(id: number) {
    this.id = id;
  }
}

/**
 * A connection factory each of whose gates takes its course, and which tells of every step through one: when a gate
 * is entered, and when it is about to be left. It minds no abort: what is slow comes too late instead.
 */
export class GatedConnector implements ConnectionFactory<GatedConnection> {
  connecting: Course = 'ok';
  checking: Course = 'ok';
  /** Does closing tell that the connection closed: at once, never, later; or does it throw? */
  closing: Course = 'ok';
  readonly connections: GatedConnection[] = [];
  readonly #clock: FakeClock;
  readonly #step: () => void;

  constructor(clock: FakeClock, step: () => void) {
    this.#clock = clock;
    this.#step = step;
  }

  connect(): Promise<Dialed<GatedConnection>> {
    return this.#through(this.connecting, () => {
      const connection = new GatedConnection(this.connections.length + 1);
      this.connections.push(connection);
      return { connection, parts: PARTS };
    });
  }

  check(): Promise<boolean> {
    return this.#through(this.checking, () => true);
  }

  close(connection: GatedConnection, _reason: CloseReason): void {
    this.#step();
    connection.timesClosed += 1;
    if (this.closing === 'error') throw new Error('close failed');
    if (this.closing === 'ok') connection.listener();
    if (this.closing === 'slow') this.#clock.setTimeout(() => this.#told(connection), SLOW_MS);
  }

  onClosed(connection: GatedConnection, listener: () => void): void {
    connection.listener = listener;
  }

  #told(connection: GatedConnection): void {
    this.#step();
    connection.listener();
  }

  #through<V>(course: Course, value: () => V): Promise<V> {
    this.#step();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#step();
        if (course === 'error') reject(new Error('refused'));
        else resolve(value());
      };
      if (course === 'slow') this.#clock.setTimeout(leave, SLOW_MS);
      else if (course !== 'never') leave();
    });
  }
}
