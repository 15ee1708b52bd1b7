import type {
  StreamMessage,
  StreamSession,
  StreamSink,
  Venue,
  VenueDefinition,
} from '../../../../src/exchange/venue.js';
import type { Rules } from '../../../../src/exchange/rules.js';
import { seededRandom } from '../../../../src/base/index.js';
import {
  type DialTransport,
  type StreamPoolEvent,
  type StreamTransport,
  type TransportHandlers,
  WebSocketConnectionPool,
  type WebSocketConnectionPoolOptions,
} from '../../../../src/pool/websocket/index.js';
import { type HarnessOptions, openOnFakeClock } from '../../../exchange/venues/venue-harness.js';

const ORIGIN = 'ws://venue:1';

/** One connection between a pool and a mock venue, both on the same fake clock: no network, and every frame real. */
export class MockLink implements StreamTransport, StreamSink {
  readonly localPort: number;
  readonly violations: string[] = [];
  readonly sent: string[] = [];
  /** Market data for which it returns true is lost on the way. */
  loses: (message: StreamMessage) => boolean = () => false;
  /** A silent link carries nothing to the client, and nobody hears what the client says. */
  silent = false;
  open = true;
  #session: StreamSession | undefined;
  #handlers: TransportHandlers | undefined;

  constructor(localPort: number) {
    this.localPort = localPort;
  }

  attach(venue: Venue, path: string, connectionsOfAddress: number): void {
    const session = venue.open(
      { path, headers: {}, remoteAddress: '127.0.0.1', connectionsOfAddress, connectionAgeMs: 0 },
      this,
    );
    if ('refuse' in session) throw new Error(`refused with ${session.refuse.status}`);
    this.#session = session;
  }

  listen(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }
  send(text: string): void {
    this.sent.push(text);
    if (!this.silent) this.#session?.receive(text);
  }
  /** Of the client when it has no payload, else of the venue; the library at the other end answers by itself. */
  ping(payload?: string): void {
    if (this.silent || !this.open) return;
    if (payload === undefined) {
      this.#session?.pinged('');
      queueMicrotask(() => this.#handlers?.pong());
    } else {
      this.#handlers?.ping();
      this.#session?.pong(payload);
    }
  }
  /** Of the client when it has no code, else of the venue, which a silent link does not tell. */
  close(code?: number): void {
    if (!this.open || (this.silent && code !== undefined)) return;
    this.open = false;
    this.#session?.end();
    this.#handlers?.closed(code ?? 1006);
  }
  terminate(): void {
    this.close();
  }

  publish(message: StreamMessage): void {
    if (!this.loses(message)) this.reply(String(message.frame));
  }
  reply(text: string): void {
    if (this.open && !this.silent) this.#handlers?.message(text);
  }
  acknowledge(text: string): void {
    this.reply(text);
  }
  drop(): void {
    this.close(1006);
  }
  subscribed(): void {}
  unsubscribed(): void {}
  violated(rule: string): void {
    this.violations.push(rule);
  }
}

/** A pool whose connections lead to a mock venue that enforces its rules. */
export function poolAgainst<R extends Rules>(
  definition: VenueDefinition<R>,
  options: Partial<WebSocketConnectionPoolOptions> & Pick<WebSocketConnectionPoolOptions, 'protocol'>,
  harness: HarnessOptions<R> = {},
) {
  const { clock, venue, rest, connect } = openOnFakeClock(definition, { symbols: 2, enforce: true, ...harness });
  const links: MockLink[] = [];
  /** Called with every new connection before the client has it. */
  const hooks = { born: (_link: MockLink): void => {} };
  const dial: DialTransport = (url) => {
    const link = new MockLink(40_000 + links.length);
    links.push(link);
    hooks.born(link);
    link.attach(venue, url.slice(ORIGIN.length), links.filter(({ open }) => open).length);
    return Promise.resolve({ transport: link, parts: { dnsMs: 0, tcpMs: 1, tlsMs: 0, upgradeMs: 1 } });
  };
  const pool = new WebSocketConnectionPool({
    origins: [ORIGIN],
    maxConnections: 4,
    streamsPerConnection: 100,
    clock,
    random: seededRandom(1),
    dial,
    ...options,
  });
  const events: StreamPoolEvent[] = [];
  pool.on((event) => events.push(event));
  return { clock, venue, rest, connect, pool, links, events, hooks };
}
