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
import { serveStreams } from './stream-service.js';
import type { Venue } from './venue.js';

/** What a site is made of; all of it is owned by the caller but the venue, which the site closes. */
export interface SiteParts {
  readonly venue: Venue & { readonly symbols: readonly string[] };
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Needed when the site's `tls` is set. */
  readonly authority: Authority | null;
}

/** One venue on endpoints of its own: listeners, link, faults and ledger of one launch of one arm. */
export class Site {
  readonly #config: SiteConfig;
  readonly #parts: SiteParts;
  readonly #ledger: Ledger;
  readonly #http: Server;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #endpoints: Endpoint[];
  readonly #faults: FaultSchedule;
  #link: LinkConfig;

  constructor(config: SiteConfig, parts: SiteParts) {
    this.#config = config;
    this.#parts = parts;
    this.#link = config.link;
    this.#ledger = new Ledger(parts.clock);
    this.#http = createHttpServer(this.#ledger, this.#connections);
    serveRest(this.#http, parts.venue, this.#ledger, this.#connections);
    serveStreams(this.#http, parts.venue, this.#ledger, this.#connections);
    this.#endpoints = Array.from(
      { length: config.endpoints },
      (_, index) => new Endpoint((raw) => this.#accept(index, raw)),
    );
    this.#faults = new FaultSchedule(parts.clock, this.#ledger, this.#endpoints);
  }

  /** Opens the listeners. Rejects with the system's error when a port cannot be had; nothing stays open then. */
  async open(): Promise<SiteInfo> {
    try {
      for (const endpoint of this.#endpoints) await endpoint.start();
    } catch (error) {
      await this.close();
      throw error;
    }
    const { tls } = this.#config;
    return {
      id: this.#config.id,
      endpoints: this.#endpoints.map(({ port }) => ({
        rest: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
        ws: `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}`,
      })),
      ca: tls ? (this.#parts.authority?.ca ?? null) : null,
      symbols: this.#parts.venue.symbols,
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
    this.#parts.venue.close();
    return this.#ledger.snapshot();
  }

  #accept(endpoint: number, raw: Socket): Connection {
    const { rttMs } = this.#link;
    const connection = new Connection(raw, endpoint, this.#ledger, { rttMs, scheduler: this.#parts.scheduler });
    // A client of a plain site takes a connection as open as soon as the kernel has accepted it, and so do we.
    if (!this.#config.tls) this.#ledger.ready(connection.entry, 'none');
    if (this.#faults.meet(endpoint, connection)) return connection;
    connection.open(this.#config.tls ? (this.#parts.authority?.context ?? null) : null, (top) => {
      this.#connections.set(top, connection);
      this.#http.emit('connection', top);
    });
    return connection;
  }
}
