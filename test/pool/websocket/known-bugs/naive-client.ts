import type { FakeClock } from '../../../../src/base/index.js';
import type { DecodedFrame, StreamTransport } from '../../../../src/pool/websocket/index.js';
import type { FakeVenue } from '../fake-venue.js';
import type { ClientOptions, StreamClient } from './scene.js';

const REDIAL_MS = 500;
const OVERLAP_MS = 1000;
const WATCH_MS = 60_000;

/**
 * What one writes in an afternoon: a socket, a list of streams, a fixed pause before dialling again. It serves well as
 * long as nothing goes wrong, and has each of the well-known bugs: the tests for them must fail on it.
 */
export class NaiveClient implements StreamClient {
  readonly #clock: FakeClock;
  readonly #venue: FakeVenue;
  readonly #options: ClientOptions;
  readonly #consumers = new Map<string, (id: number) => void>();
  readonly #acknowledged = new Set<string>();
  readonly #requests = new Map<number, readonly string[]>();
  readonly #timers = new Set<unknown>();
  /** Sockets that were renewed. */
  readonly #left = new Set<StreamTransport>();
  #socket: StreamTransport | undefined;
  #ids = 0;
  #heardAtMs: number | undefined;
  #closed = false;

  constructor(clock: FakeClock, venue: FakeVenue, options: ClientOptions) {
    this.#clock = clock;
    this.#venue = venue;
    this.#options = options;
    void this.#dial(false);
  }

  subscribe(stream: string, onMessage: (id: number) => void): void {
    this.#consumers.set(stream, onMessage);
    // Bug 29: all of them, each time.
    this.#ask([...this.#consumers.keys()]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#socket?.terminate();
  }

  async #dial(isRenewal: boolean): Promise<void> {
    const { transport } = await this.#venue.dial(this.#options.origin, new AbortController().signal);
    const old = this.#socket;
    this.#socket = transport;
    transport.listen({
      message: (text) => this.#received(JSON.parse(text) as DecodedFrame, transport),
      ping: () => {},
      pong: () => {},
      closed: () => {
        // Bug 20: what was a renewal once is never dialled again. Bug 22: any close is taken for that of the present one.
        // Bug 28: everybody comes back at the same moment.
        if (!isRenewal && !this.#left.has(transport) && !this.#closed)
          this.#later(REDIAL_MS, () => void this.#dial(false));
      },
    });
    // Bug 24: what was never acknowledged is forgotten. Bug 25: one request a stream, all at once.
    for (const stream of this.#acknowledged.size > 0 ? this.#acknowledged : this.#consumers.keys()) this.#ask([stream]);
    // Bug 21: both bring everything for a while.
    if (!isRenewal || !old) return;
    this.#left.add(old);
    this.#later(OVERLAP_MS, () => old.terminate());
  }

  #ask(streams: readonly string[]): void {
    if (!this.#socket) return;
    this.#ids += 1;
    this.#requests.set(this.#ids, streams);
    this.#socket.send(this.#options.protocol.encodeSubscribe(streams, this.#ids));
  }

  #received(frame: DecodedFrame, on: StreamTransport): void {
    // Bug 23: begins with the first message, and takes any frame for one. Bug 27: a quiet market is dead.
    if (this.#heardAtMs === undefined) this.#watch();
    this.#heardAtMs = this.#clock.now();
    if (frame.kind === 'data') this.#consumers.get(frame.stream)?.(frame.lastId);
    if (frame.kind === 'ack') for (const stream of this.#requests.get(frame.id) ?? []) this.#acknowledged.add(stream);
    // Bug 26: twice, and not counted.
    if (frame.kind === 'ping') for (let times = 0; times < 2; times += 1) on.send(frame.reply);
    if (frame.kind === 'leaving') void this.#dial(true);
  }

  #watch(): void {
    this.#later(WATCH_MS, () => {
      if (this.#clock.now() - (this.#heardAtMs ?? 0) >= WATCH_MS) this.#socket?.terminate();
      this.#watch();
    });
  }

  #later(ms: number, call: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, ms);
    this.#timers.add(timer);
  }
}
