import type { CloseReason } from './accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from './contracts.js';
import { guarded, surface } from './effects.js';

/** A factory of which nothing is believed: whatever it does, a dial fails, or an error surfaces and the pool goes on. */
export class GuardedFactory<T> {
  readonly #factory: ConnectionFactory<T>;
  readonly #leasesPerConnection: number;

  constructor(factory: ConnectionFactory<T>, leasesPerConnection: number) {
    this.#factory = factory;
    this.#leasesPerConnection = leasesPerConnection;
  }

  /** @throws {TypeError} when the factory resolves without a connection; whatever it throws or rejects with */
  async connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<T>> {
    const dialed: Dialed<T> | undefined = await this.#factory.connect(endpoint, signal);
    if (dialed?.connection === undefined) throw new TypeError('connect of the factory gave no connection');
    return dialed;
  }

  close(connection: T, reason: CloseReason): void {
    guarded(() => this.#factory.close(connection, reason));
  }

  onClosed(connection: T, listener: () => void): void {
    guarded(() => this.#factory.onClosed(connection, listener));
  }

  /** How many leases it carries now. */
  capacityOf(connection: T): number {
    if (this.#factory.capacity === undefined) return this.#leasesPerConnection;
    try {
      return this.#factory.capacity(connection);
    } catch (error) {
      surface(error);
      return this.#leasesPerConnection;
    }
  }
}
