import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../base/index.js';
import type { Scheduler } from '../link/index.js';
import type { Authority } from './authority.js';
import { Connection } from './connection.js';
import { Endpoint } from './endpoint.js';
import { FaultSchedule } from './fault-schedule.js';
import { createHttpServer } from './http-server.js';
import { Ledger } from './ledger.js';
import type { FaultPlan, LedgerSnapshot, LinkConfig, SiteConfig, SiteInfo } from './protocol.js';
import { serveRest } from './rest-service.js';
import { ServedVenue } from './served-venue.js';
import { serveStreams } from './stream-service.js';
import type { Venue } from './venue.js';

const LOOPBACK = '127.0.0.1';

/** What a site is made of; all of it is owned by the caller but the venues, which the site closes. */
export interface SiteParts {
  /** One for each name in the configuration, in its order. */
  readonly venues: readonly Venue[];
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Needed when the site's `tls` is set. */
  readonly authority: Authority | null;
}

/** Venues on endpoints of their own: listeners, link, faults and ledger of one launch of one arm. */
export class Site {
  readonly #config: SiteConfig;
  readonly #parts: SiteParts;
  readonly #ledger: Ledger;
  readonly #http: Server;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #served: readonly ServedVenue[];
  readonly #endpoints: Endpoint[];
  readonly #faults: FaultSchedule;
  #link: LinkConfig;

  constructor(config: SiteConfig, parts: SiteParts) {
    this.#config = config;
    this.#parts = parts;
    this.#link = config.link;
    this.#ledger = new Ledger(parts.clock);
    this.#http = createHttpServer(this.#ledger, this.#connections);
    serveRest(this.#http, this.#ledger, this.#connections);
    serveStreams(this.#http, {
      ledger: this.#ledger,
      connections: this.#connections,
      deflate: config.deflate ?? false,
    });
    const { clock } = parts;
    this.#served = parts.venues.map((venue) => new ServedVenue(venue, clock));
    this.#endpoints = Array.from(
      { length: config.venues.length * config.endpoints },
      (_, index) => new Endpoint((raw) => this.#accept(index, raw)),
    );
    this.#faults = new FaultSchedule(parts.clock, this.#ledger, this.#endpoints);
  }

  /** Opens the listeners. Rejects with the system's error when a port cannot be had; nothing stays open then. */
  async open(): Promise<SiteInfo> {
    try {
      const { host = LOOPBACK, port = 0 } = this.#config;
      for (const [index, endpoint] of this.#endpoints.entries())
        await endpoint.start(host, port === 0 ? 0 : port + index);
    } catch (error) {
      await this.close();
      throw error;
    }
    const { id, tls } = this.#config;
    return {
      id,
      endpoints: this.#endpoints.map(({ host, port }, index) => ({
        venue: this.#servedBy(index).venue.name,
        rest: `${tls ? 'https' : 'http'}://${host}:${port}`,
        ws: `${tls ? 'wss' : 'ws'}://${host}:${port}`,
      })),
      ca: tls ? (this.#parts.authority?.ca ?? null) : null,
      symbols: Object.fromEntries(this.#served.map(({ venue }) => [venue.name, venue.symbols])),
    };
  }

  /** Puts another link in place. Connections over the old one are dropped, or a client would go on as if without it. */
  setLink(link: LinkConfig): void {
    this.#link = link;
    for (const endpoint of this.#endpoints) {
      for (const connection of endpoint.connections()) connection.destroy();
    }
  }

  /** Plans faults; see FaultSchedule. */
  inject(plans: readonly FaultPlan[]): void {
    this.#faults.plan(plans);
  }

  snapshot(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  /** Closes listeners, connections and the venue; answers with the last snapshot. */
  async close(): Promise<LedgerSnapshot> {
    this.#faults.close();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
    for (const { venue } of this.#served) venue.close();
    return this.#ledger.snapshot();
  }

  #accept(endpoint: number, raw: Socket): Connection {
    const { rttMs } = this.#link;
    const served = this.#servedBy(endpoint);
    const link = { rttMs, scheduler: this.#parts.scheduler };
    const connection = new Connection(raw, { endpoint, served, ledger: this.#ledger, link });
    served.connected(connection);
    raw.once('close', () => {
      served.disconnected(connection);
    });
    // A client of a plain site takes a connection as open as soon as the kernel has accepted it, and so do we.
    if (!this.#config.tls) this.#ledger.ready(connection.entry, 'none');
    if (this.#faults.meet(endpoint, connection)) return connection;
    connection.open(this.#config.tls ? (this.#parts.authority?.context ?? null) : null, (top) => {
      this.#connections.set(top, connection);
      this.#http.emit('connection', top);
    });
    return connection;
  }

  #servedBy(endpoint: number): ServedVenue {
    const served = this.#served[Math.floor(endpoint / this.#config.endpoints)];
    if (!served) throw new RangeError(`no venue behind endpoint ${endpoint}`);
    return served;
  }
}
