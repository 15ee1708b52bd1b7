import type { Driver, DriverResponse, StreamConsumer } from '../../driver/index.js';
import { AccountsReader } from './accounts-reader.js';
import type { AccountsReading } from './messages.js';
import { sumAccounts } from './sum-accounts.js';

interface Readers {
  readonly http: AccountsReader | null;
  readonly placements: AccountsReader | null;
}

/** The clients of one launch: one for each venue, all of the same kind, as one. */
export class Fleet {
  readonly #drivers: ReadonlyMap<string, Driver>;
  readonly #readers: readonly Readers[];
  /** The venue that each stream in use belongs to. */
  readonly #homes = new Map<string, string>();

  constructor(drivers: ReadonlyMap<string, Driver>) {
    this.#drivers = drivers;
    this.#readers = [...drivers.values()].map(({ accounts: { http, streams } }) => ({
      http: http && new AccountsReader(http),
      placements: streams && new AccountsReader(streams),
    }));
  }

  async start(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map((driver) => driver.start()));
  }

  request(venue: string, path: string): Promise<DriverResponse> {
    return this.#driver(venue).request(path);
  }

  /** Says which venue has a stream; before it is subscribed to. */
  home(stream: string, venue: string): void {
    this.#homes.set(stream, venue);
  }

  subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    return this.#home(stream).subscribe(stream, consumer);
  }

  unsubscribe(stream: string): Promise<void> {
    return this.#home(stream).unsubscribe(stream);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map((driver) => driver.close()));
  }

  /** The window of a report begins. */
  begin(): void {
    for (const { http, placements } of this.#readers) for (const reader of [http, placements]) reader?.begin();
  }

  /** No more load is offered. */
  offered(): void {
    for (const { http, placements } of this.#readers) for (const reader of [http, placements]) reader?.offered();
  }

  /** What the accounts counted since the last reading, over all venues. */
  read(): { readonly http: AccountsReading | null; readonly placements: AccountsReading | null } {
    return {
      http: sumAccounts(this.#readers.map(({ http }) => http?.read() ?? null)),
      placements: sumAccounts(this.#readers.map(({ placements }) => placements?.read() ?? null)),
    };
  }

  #home(stream: string): Driver {
    return this.#driver(this.#homes.get(stream) ?? '');
  }

  #driver(venue: string): Driver {
    const driver = this.#drivers.get(venue);
    if (!driver) throw new Error(`no client for venue ${venue}`);
    return driver;
  }
}
