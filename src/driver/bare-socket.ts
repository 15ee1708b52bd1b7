import type { WebSocket } from 'ws';
import { type Clock, sleep } from '../base/index.js';
import {
  type ConnectionAccounts,
  dialWebSocket,
  type DialedWebSocket,
  type StreamCodec,
  WebSocketDialError,
} from '../pool/index.js';
import type { ClaimedConnection, ClaimsBook } from './claims.js';
import type { DriverContext, StreamConsumer } from './driver.js';
import type { SecureContext } from 'node:tls';

/** What the simplest clients do after a loss: try again after a fixed second, for ever. */
const RECONNECT_MS = 1000;

export interface BareSocketOptions {
  readonly context: DriverContext;
  readonly secureContext: SecureContext | undefined;
  /** The endpoint to dial next. */
  readonly nextEndpoint: () => number;
  /** Null when this client does not keep accounts of its connections. */
  readonly accounts: ConnectionAccounts | null;
}

interface Wanted {
  readonly consumer: StreamConsumer;
  readonly acknowledged: () => void;
}

/** One WebSocket without a pool: it carries what it is given, and is dialled again a second after it breaks. */
export class BareSocket {
  readonly #options: BareSocketOptions;
  readonly #clock: Clock;
  readonly #claims: ClaimsBook;
  readonly #wanted = new Map<string, Wanted>();
  readonly #leaving = new Set<string>();
  /** Requests that wait for their answer; called with false when the connection goes first. */
  readonly #requests = new Map<number, (answered: boolean) => void>();
  readonly #stop = new AbortController();
  #socket: WebSocket | null = null;
  #codec: StreamCodec;
  #running: Promise<void> | null = null;
  #unsent: string[] = [];
  #nextId = 1;

  constructor(options: BareSocketOptions) {
    this.#options = options;
    this.#clock = options.context.clock;
    this.#claims = options.context.claims;
    this.#codec = options.context.venue.streams;
  }

  /** Resolves when the venue has acknowledged the stream; dials if nothing is open. */
  async subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    await new Promise<void>((acknowledged) => {
      this.#wanted.set(stream, { consumer, acknowledged });
      if (this.#unsent.push(stream) === 1) queueMicrotask(() => this.#subscribeUnsent());
      this.#running ??= this.#keepConnected();
    });
  }

  /** Resolves when the venue has acknowledged, or when there is no connection that could carry the request. */
  async unsubscribe(streams: readonly string[]): Promise<void> {
    for (const stream of streams) this.#leaving.add(stream);
    const acknowledged = this.#request((id) => this.#codec.encodeUnsubscribe(streams, id));
    const patience = new AbortController();
    const limit = sleep(this.#clock, this.#options.context.settings.requestTimeoutMs, patience.signal);
    await Promise.race([acknowledged, limit.catch(() => undefined)]);
    patience.abort();
    // What was sent before the exchange read the request is still handed on, so only now:
    for (const stream of streams) {
      this.#wanted.delete(stream);
      this.#leaving.delete(stream);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#socket?.terminate();
    await this.#running;
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#connectOnce(this.#options.nextEndpoint());
      await sleep(this.#clock, RECONNECT_MS, signal).catch(() => undefined);
    }
  }

  /** Dials, carries the streams, and resolves when the connection is gone. */
  async #connectOnce(endpoint: number): Promise<void> {
    const { accounts } = this.#options;
    const calledAtMs = this.#clock.now();
    accounts?.waitBegan();
    accounts?.dialBegan();
    const dialed = await this.#dial(endpoint).catch((error: unknown) => {
      accounts?.dialFailed();
      accounts?.acquireSettled('dialError', this.#clock.now() - calledAtMs);
      if (error instanceof WebSocketDialError) {
        this.#claim(endpoint, error.localPort, { closedAtMs: this.#clock.now(), connected: error.stage !== 'tcp' });
      }
    });
    accounts?.waitEnded();
    if (!dialed) return;
    const openedAtMs = this.#clock.now();
    accounts?.opened(openedAtMs - calledAtMs, dialed.parts);
    accounts?.acquireSettled('dialed', openedAtMs - calledAtMs);
    await this.#carry(dialed, endpoint, openedAtMs);
  }

  #dial(endpoint: number): Promise<DialedWebSocket> {
    const { context, secureContext } = this.#options;
    return dialWebSocket(`${context.endpoints[endpoint]?.ws}${context.venue.streams.path}`, {
      signal: this.#stop.signal,
      handshakeTimeoutMs: context.settings.dialTimeoutMs,
      clock: this.#clock,
      ...(secureContext ? { secureContext } : {}),
    });
  }

  async #carry({ socket, localPort }: DialedWebSocket, endpoint: number, openedAtMs: number): Promise<void> {
    const row = this.#claim(endpoint, localPort, { openedAtMs });
    const { streams } = this.#options.context.venue;
    this.#socket = socket;
    this.#codec = streams.open?.() ?? streams;
    this.#options.accounts?.useBegan(false);
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    this.#unsent = [...this.#wanted.keys()].filter((stream) => !this.#leaving.has(stream));
    this.#subscribeUnsent();
    socket.resume();
    await gone;
    this.#lost(endpoint, openedAtMs, row);
  }

  #lost(endpoint: number, openedAtMs: number, row: ClaimedConnection | null): void {
    const now = this.#clock.now();
    const { accounts } = this.#options;
    this.#socket = null;
    if (row) row.closedAtMs = now;
    accounts?.useEnded(now - openedAtMs);
    accounts?.connectionClosed(this.#stop.signal.aborted ? 'single-use' : 'broken', now - openedAtMs);
    if (!this.#stop.signal.aborted) this.#claims.declaredDead(endpoint, now);
    for (const [stream, { consumer }] of this.#wanted) consumer.interrupted(stream, now);
    for (const settle of this.#requests.values()) settle(false);
    this.#requests.clear();
  }

  #subscribeUnsent(): void {
    if (!this.#socket || this.#unsent.length === 0) return;
    const streams = this.#unsent.splice(0);
    void this.#request((id) => this.#codec.encodeSubscribe(streams, id)).then((answered) => {
      if (answered) for (const stream of streams) this.#acknowledge(stream);
    });
  }

  #acknowledge(stream: string): void {
    const wanted = this.#wanted.get(stream);
    this.#claims.subscriptionAcknowledged();
    wanted?.consumer.acknowledged(stream, this.#clock.now());
    wanted?.acknowledged();
  }

  /** Sends a request; resolves with true at its answer, with false when the connection is gone first. */
  #request(encode: (id: number) => string): Promise<boolean> {
    const socket = this.#socket;
    if (!socket) return Promise.resolve(false);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#requests.set(id, resolve);
      socket.send(encode(id));
    });
  }

  #receive(text: string): void {
    const frame = this.#codec.decode(text);
    if (frame.kind === 'data') {
      this.#wanted
        .get(frame.stream)
        ?.consumer.message(frame.stream, frame.firstId, frame.lastId, frame.sentAtMs ?? null);
    } else if (frame.kind === 'ack') {
      this.#requests.get(frame.id)?.(true);
      this.#requests.delete(frame.id);
    }
  }

  #claim(endpoint: number, localPort: number | null, facts: Partial<ClaimedConnection>): ClaimedConnection | null {
    if (localPort === null || !this.#options.accounts) return null;
    return this.#claims.connection({
      endpoint,
      localPort,
      carries: 'streams',
      connected: true,
      openedAtMs: null,
      closedAtMs: null,
      requestsSent: 0,
      responsesReceived: 0,
      ...facts,
    });
  }
}
