import type { Clock } from '../../base/index.js';
import type { CloseReason } from '../accounts.js';
import { Liveness, type LivenessOptions } from './liveness.js';
import type { StreamData, StreamProtocol } from './protocol.js';
import { RequestQueue } from './request-queue.js';
import type { StreamTransport } from './transport.js';

/** What a connection tells the holder of one of its streams. */
export interface StreamCarrier {
  readonly stream: string;
  subscribed(): void;
  rejected(error: string): void;
  unsubscribed(): void;
  data(message: StreamData): void;
}

/**
 * How a connection came to its end: `peer` closed it or it broke, it was declared `dead`, or its pool closed it for a
 * reason of its own.
 */
export type ConnectionEnd =
  | { readonly by: 'peer'; readonly code: number; readonly error?: Error }
  | { readonly by: 'dead'; readonly heardAtMs: number }
  | { readonly by: 'pool'; readonly reason: CloseReason };

/** Frames that are not market data, and what could not be delivered. */
export interface FrameCounts {
  pingsReceived: number;
  pongsReceived: number;
  pingsSent: number;
  /** Frames of the protocol that carry no data: answers and notices. */
  otherReceived: number;
  /** Data of a stream that nobody holds on this connection (any more). */
  strays: number;
}

export interface ConnectionOptions extends LivenessOptions {
  readonly id: number;
  readonly endpointIndex: number;
  readonly protocol: StreamProtocol;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly nextRequestId: () => number;
  /** Called once, after the listener of `onDied`. */
  readonly onEnd: (connection: WebSocketConnection, end: ConnectionEnd) => void;
}

/** One socket that carries many streams. Once it has ended it says nothing more, whatever still arrives. */
export class WebSocketConnection {
  readonly id: number;
  readonly endpointIndex: number;
  readonly localPort: number | null;
  readonly openedAtMs: number;
  /** Resolves when the socket itself is gone. */
  readonly gone: Promise<void>;
  readonly frames: FrameCounts = { pingsReceived: 0, pongsReceived: 0, pingsSent: 0, otherReceived: 0, strays: 0 };
  readonly #options: ConnectionOptions;
  readonly #transport: StreamTransport;
  readonly #carriers = new Map<string, StreamCarrier>();
  readonly #liveness: Liveness;
  readonly #requests: RequestQueue;
  #markGone: () => void = () => {};
  #end: ConnectionEnd | undefined;
  #onDied: ((error?: Error) => void) | undefined;

  constructor(transport: StreamTransport, options: ConnectionOptions) {
    this.id = options.id;
    this.endpointIndex = options.endpointIndex;
    this.localPort = transport.localPort;
    this.openedAtMs = options.clock.now();
    this.#options = options;
    this.#transport = transport;
    this.gone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    this.#requests = new RequestQueue(options, {
      send: (text) => transport.send(text),
      ping: () => this.#pingNow(),
      subscribed: (stream) => this.#carriers.get(stream)?.subscribed(),
      rejected: (stream, error) => this.#take(stream)?.rejected(error),
      unsubscribed: (stream) => this.#take(stream)?.unsubscribed(),
    });
    this.#liveness = new Liveness(
      options,
      options.clock,
      () => this.#requests.ping(),
      () => this.#finish({ by: 'dead', heardAtMs: this.#liveness.heardAtMs }),
    );
    this.#listen();
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  get requestsSent(): number {
    return this.#requests.sent;
  }

  /** The holders of the streams on this connection. */
  get carriers(): readonly StreamCarrier[] {
    return [...this.#carriers.values()];
  }

  /** Registers the one listener that hears when the connection ends otherwise than by `close`. */
  onDied(listener: (error?: Error) => void): void {
    this.#onDied = listener;
    if (this.#end && this.#end.by !== 'pool') listener();
  }

  /** Subscribes to the carrier's stream, together with all others of this turn. */
  carry(carrier: StreamCarrier): void {
    this.#carriers.set(carrier.stream, carrier);
    this.#requests.subscribe(carrier.stream);
  }

  /**
   * Unsubscribes; data is delivered until the venue has answered. Returns false when the subscribe request never left,
   * in which case the stream is off already.
   */
  drop(stream: string): boolean {
    const asked = this.#requests.unsubscribe(stream);
    if (!asked) this.#carriers.delete(stream);
    return asked;
  }

  close(reason: CloseReason): void {
    this.#finish({ by: 'pool', reason });
  }

  #listen(): void {
    this.#transport.listen({
      message: (text) => this.#received(text),
      ping: () => {
        this.frames.pingsReceived += 1;
        this.#liveness.heard();
        this.#requests.ponged();
      },
      pong: () => {
        this.frames.pongsReceived += 1;
        this.#liveness.heard();
      },
      closed: (code, error) => {
        this.#markGone();
        this.#finish({ by: 'peer', code, ...(error && { error }) });
      },
    });
  }

  #received(text: string): void {
    if (this.#end) return;
    this.#liveness.heard();
    const frame = this.#options.protocol.decode(text);
    if (frame.kind === 'data') {
      const carrier = this.#carriers.get(frame.stream);
      if (carrier) carrier.data(frame);
      else this.frames.strays += 1;
      return;
    }
    this.frames.otherReceived += 1;
    if (frame.kind === 'ack') this.#requests.answered(frame.id, frame.ok, frame.error ?? '');
  }

  #pingNow(): void {
    this.frames.pingsSent += 1;
    this.#transport.ping();
    this.#liveness.pinged();
  }

  #take(stream: string): StreamCarrier | undefined {
    const carrier = this.#carriers.get(stream);
    this.#carriers.delete(stream);
    return carrier;
  }

  #finish(end: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#liveness.stop();
    this.#requests.stop();
    // A close frame is for a peer that is there; one that is not would only hold the socket open.
    if (end.by === 'pool' && end.reason !== 'broken' && end.reason !== 'unhealthy') this.#transport.close();
    else this.#transport.terminate();
    if (end.by !== 'pool') this.#onDied?.(end.by === 'peer' ? end.error : undefined);
    this.#options.onEnd(this, end);
  }
}
