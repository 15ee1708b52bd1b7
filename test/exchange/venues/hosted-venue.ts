import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/base/index.js';
import { ExchangeHost } from '../../../src/exchange/host.js';
import type { FaultSpec, LedgerSnapshot, SiteConfig } from '../../../src/exchange/protocol.js';
import type { Rules } from '../../../src/exchange/rules.js';
import type { VenueDefinition } from '../../../src/exchange/venue.js';
import type { Json } from './venue-harness.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One WebSocket of a plain client, with everything that arrives on it. */
export interface Stream {
  readonly socket: WebSocket;
  /** Resolves with the first message, old or new, that `wanted` accepts, and takes it out. */
  readonly next: (wanted?: (message: Json) => boolean) => Promise<Json>;
  /** Resolves with code and reason once the connection is over. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
}

/** A venue behind real sockets, for a client that knows nothing of the project. */
export class HostedVenue {
  readonly rest: string;
  readonly ws: string;
  readonly #host: ExchangeHost;
  readonly #sockets: WebSocket[] = [];

  private constructor(host: ExchangeHost, endpoint: { readonly rest: string; readonly ws: string }) {
    this.#host = host;
    this.rest = endpoint.rest;
    this.ws = endpoint.ws;
  }

  static async open(
    definition: VenueDefinition,
    site: Partial<SiteConfig> & { readonly rules?: Rules } = {},
  ): Promise<HostedVenue> {
    const host = new ExchangeHost(systemClock, { venue: definition });
    const standard = {
      id: 'one',
      venues: ['venue'],
      seed: 'hosted',
      endpoints: 1,
      tls: false,
      symbols: 3,
      activity: 1,
    };
    const answer = await host.answer({ kind: 'open', site: { ...standard, link: { rttMs: 0 }, ...site } });
    if (answer.kind !== 'opened') throw new Error(JSON.stringify(answer));
    const endpoint = answer.site.endpoints[0];
    if (!endpoint) throw new Error('no endpoint');
    return new HostedVenue(host, endpoint);
  }

  /** Sends a GET from a loopback address, on a connection of its own. */
  async get(path: string, localAddress = '127.0.0.1'): Promise<Reply> {
    const sent = request(`${this.rest}${path}`, { localAddress, agent: false });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** Opens a WebSocket; rejects with the status when the upgrade is refused. */
  async stream(path: string, localAddress = '127.0.0.1'): Promise<Stream> {
    const socket = new WebSocket(`${this.ws}${path}`, { localAddress });
    this.#sockets.push(socket);
    const arrived: Json[] = [];
    let noticed = (): void => undefined;
    socket.on('message', (data: Buffer) => {
      arrived.push(JSON.parse(data.toString()));
      noticed();
    });
    const closed = new Promise<readonly [number, string]>((resolve) => {
      socket.on('close', (code, reason: Buffer) => {
        resolve([code, reason.toString()]);
      });
    });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    const next = async (wanted: (message: Json) => boolean = () => true): Promise<Json> => {
      for (;;) {
        const index = arrived.findIndex(wanted);
        if (index >= 0) return arrived.splice(index, 1)[0];
        await new Promise<void>((resolve) => {
          noticed = resolve;
        });
      }
    };
    return { socket, next, closed };
  }

  /** Injects a fault into everything, and resolves when it has taken effect. */
  async inject(spec: FaultSpec, durationMs: number): Promise<void> {
    const fault = { id: spec.kind, endpoint: null, atMs: 0, durationMs, ...spec };
    const answer = await this.#host.answer({ kind: 'inject', site: 'one', faults: [fault] });
    if (answer.kind !== 'done') throw new Error(JSON.stringify(answer));
    await this.until(({ faults }) => faults.some(({ id }) => id === spec.kind));
  }

  async snapshot(): Promise<LedgerSnapshot> {
    const answer = await this.#host.answer({ kind: 'snapshot', site: 'one' });
    if (answer.kind !== 'snapshot') throw new Error(JSON.stringify(answer));
    return answer.snapshot;
  }

  /** Waits until a snapshot of the ledger fulfils `condition`. */
  async until(condition: (snapshot: LedgerSnapshot) => boolean): Promise<LedgerSnapshot> {
    for (;;) {
      const snapshot = await this.snapshot();
      if (condition(snapshot)) return snapshot;
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.#host.close();
  }
}
