import type { Server } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, seededRandom } from '../base/index.js';
import { Link, type Scheduler } from '../link/index.js';
import type { Authority, ServerContexts } from './authority.js';
import { awayAddress, canMove } from './away-address.js';
import { Connection } from './connection.js';
import { Endpoint } from './endpoint.js';
import { FaultSchedule } from './fault-schedule.js';
import { ActiveFaults } from './faults/index.js';
import { createHttpServer } from './http-server.js';
import { Ledger } from './ledger.js';
import type { NameServer } from './name-server.js';
import type { EndpointInfo, FaultPlan, LedgerSnapshot, LinkConfig, SiteConfig, SiteInfo } from './protocol.js';
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
  readonly #endpoints: readonly Endpoint[];
  readonly #faults = new ActiveFaults();
  readonly #schedule: FaultSchedule;
  #link: Link;
  #contexts: ServerContexts | null = null;
  #names: NameServer | null = null;

  constructor(config: SiteConfig, parts: SiteParts) {
    const { clock } = parts;
    this.#config = config;
    this.#parts = parts;
    this.#link = this.#linkOf(config.link);
    this.#ledger = new Ledger(clock);
    this.#http = this.#serve();
    this.#served = parts.venues.map((venue) => new ServedVenue(venue, clock));
    this.#endpoints = Array.from(
      { length: config.venues.length * config.endpoints },
      (_, index) => new Endpoint(awayAddress(index), (raw) => this.#accept(index, raw)),
    );
    this.#schedule = new FaultSchedule({
      clock,
      ledger: this.#ledger,
      endpoints: this.#endpoints,
      active: this.#faults,
      ground: {
        symbols: this.#endpoints.map((_, index) => this.#servedBy(index).venue.symbols),
        tls: config.tls,
        movable: config.dns === true && canMove(this.#host, this.#endpoints.length),
      },
      random: seededRandom(`${config.seed}/faults`),
    });
  }

  /**
   * Opens the listeners; nothing stays open when that fails.
   * @throws {MpBenchError} E_PORT_IN_USE when a port cannot be had; anything else is the system's error
   */
  async open(): Promise<SiteInfo> {
    try {
      const { port = 0, tls } = this.#config;
      if (tls) this.#contexts = await this.#createContexts();
      for (const [index, endpoint] of this.#endpoints.entries())
        await endpoint.start(this.#host, port === 0 ? 0 : port + index);
      const dns = await this.#openNames();
      return {
        id: this.#config.id,
        endpoints: this.#endpoints.map((_, index) => this.#info(index)),
        ca: tls ? (this.#parts.authority?.ca ?? null) : null,
        dns,
        symbols: Object.fromEntries(this.#served.map(({ venue }) => [venue.name, venue.symbols])),
      };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Puts another link in place. Connections over the old one are dropped, or a client would go on as if without it. */
  setLink(link: LinkConfig): void {
    this.#link = this.#linkOf(link);
    for (const endpoint of this.#endpoints) {
      for (const connection of endpoint.connections()) connection.destroy();
    }
  }

  /** Plans faults; see FaultSchedule. */
  inject(plans: readonly FaultPlan[]): void {
    this.#schedule.plan(plans);
  }

  snapshot(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  /** Closes listeners, connections and the venue; answers with the last snapshot. */
  async close(): Promise<LedgerSnapshot> {
    this.#schedule.close();
    await Promise.all([this.#names?.close(), ...this.#endpoints.map((endpoint) => endpoint.close())]);
    this.#names = null;
    for (const { venue } of this.#served) venue.close();
    return this.#ledger.snapshot();
  }

  #accept(endpoint: number, raw: Socket): Connection {
    const served = this.#servedBy(endpoint);
    const connection = new Connection(raw, { endpoint, served, ledger: this.#ledger, link: this.#link });
    served.connected(connection);
    raw.once('close', () => {
      served.disconnected(connection);
    });
    connection.onClosed(() => {
      this.#faults.left(connection);
    });
    // A client of a plain site takes a connection as open as soon as the kernel has accepted it, and so do we.
    if (!this.#config.tls) this.#ledger.ready(connection.entry, 'none');
    if (this.#faults.connections.accept(connection)) return connection;
    if (this.#contexts) this.#secure(connection, this.#contexts);
    else connection.openPlain(this.#converse(connection));
    return connection;
  }

  #secure(connection: Connection, contexts: ServerContexts): void {
    const { connections } = this.#faults;
    const wrong = connections.certificate(connection);
    const open = (): void => {
      connection.openSecure(contexts[wrong ?? 'genuine'], wrong !== undefined, this.#converse(connection));
    };
    const delay = connections.handshake(connection);
    if (!delay) {
      open();
      return;
    }
    const release = connection.hold();
    delay(() => {
      if (release()) open();
    });
  }

  #converse(connection: Connection): (top: Duplex) => void {
    return (top) => {
      this.#connections.set(top, connection);
      this.#http.emit('connection', top);
    };
  }

  #serve(): Server {
    const parts = { ledger: this.#ledger, connections: this.#connections, faults: this.#faults };
    const { deflate = false, tls } = this.#config;
    const http = createHttpServer(this.#ledger, this.#connections);
    serveRest(http, parts);
    serveStreams(http, { ...parts, deflate, tls });
    return http;
  }

  async #createContexts(): Promise<ServerContexts> {
    const { authority } = this.#parts;
    if (!authority) throw new Error('a site with TLS needs an authority');
    const { dns = false } = this.#config;
    const away = dns ? this.#endpoints.map((_, index) => awayAddress(index)) : [];
    return authority.contexts({
      names: dns ? this.#endpoints.map((_, index) => this.#info(index).name) : [],
      addresses: isIP(this.#host) ? [this.#host, ...away] : away,
    });
  }

  async #openNames(): Promise<string | null> {
    if (!this.#config.dns) return null;
    const { NameServer } = await import('./name-server.js');
    const endpoints = new Map(this.#endpoints.map((endpoint, index) => [this.#info(index).name, endpoint]));
    this.#names = new NameServer((name) => endpoints.get(name)?.address);
    return this.#names.open();
  }

  #info(index: number): EndpointInfo {
    const { tls } = this.#config;
    const { name } = this.#servedBy(index).venue;
    const origin = `${this.#host}:${this.#endpoints[index]?.port ?? 0}`;
    return {
      venue: name,
      name: `endpoint-${index}.${name}.test`,
      rest: `${tls ? 'https' : 'http'}://${origin}`,
      ws: `${tls ? 'wss' : 'ws'}://${origin}`,
    };
  }

  get #host(): string {
    return this.#config.host ?? LOOPBACK;
  }

  #linkOf(link: LinkConfig): Link {
    return new Link(link, { scheduler: this.#parts.scheduler, random: seededRandom(`${this.#config.seed}/link`) });
  }

  #servedBy(endpoint: number): ServedVenue {
    const served = this.#served[Math.floor(endpoint / this.#config.endpoints)];
    if (!served) throw new RangeError(`no venue behind endpoint ${endpoint}`);
    return served;
  }
}
