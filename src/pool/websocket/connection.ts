import type { Clock } from '../../base/index.js';
import type { CloseReason } from '../accounts.js';
import { Heartbeat } from './heartbeat.js';
import { Liveness, type LivenessOptions } from './liveness.js';
import { noFrames, type FrameCounts } from './frame-counts.js';
import type { RequestBudget } from './request-budget.js';
import type { DecodedFrame, StreamCodec, StreamData, StreamProtocol } from './protocol.js';
import { RequestQueue } from './request-queue.js';
import type { StreamTransport } from './transport.js';

/** What a connection tells the holder of one of its streams. */
export interface StreamCarrier {
  readonly stream: string;
  subscribed(): void;
  rejected(error: string): void;
  /** It was asked for so many times without an answer; it goes on being asked for. */
  unanswered(tries: number): void;
  /** `answered`: the venue said so, after everything that it had sent; else it was asked often enough. */
  unsubscribed(answered: boolean): void;
  data(message: StreamData, nowMs: number): void;
}

/**
 * How a connection came to its end: `peer` closed it or it broke, it was declared `dead`, or its pool closed it for a
 * reason of its own.
 */
export type ConnectionEnd =
  | { readonly by: 'peer'; readonly code: number; readonly error?: Error }
  | { readonly by: 'dead'; readonly heardAtMs: number }
  | { readonly by: 'pool'; readonly reason: CloseReason };

export interface ConnectionOptions extends LivenessOptions {
  readonly id: number;
  readonly endpointIndex: number;
  readonly protocol: StreamProtocol;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly ackTries: number;
  /** Of the address, where the venue limits frames over all its connections. */
  readonly budget: RequestBudget | undefined;
  readonly nextRequestId: () => number;
  /** A ping of ours was answered. */
  readonly onRoundTrip: (ms: number) => void;
  /** Called once, after the listener of `onDied`. */
  readonly onEnd: (connection: WebSocketConnection, end: ConnectionEnd) => void;
}

/** Who uses a connection hears this of it. */
export interface ConnectionUser {
  /** The peer gave its first sign of life; at once when it did so before. */
  alive(): void;
  /** The venue is about to close the connection, within this time if it said so; at once when it said so before. */
  leaving(withinMs: number | undefined): void;
}

/** One socket that carries many streams. Once it has ended it says nothing more, whatever still arrives. */
export class WebSocketConnection {
  readonly id: number;
  readonly endpointIndex: number;
  readonly localPort: number | null;
  readonly openedAtMs: number;
  /** Resolves when the socket itself is gone. */
  readonly gone: Promise<void>;
  readonly frames: FrameCounts = noFrames();
  /** Placements of streams so far. */
  uses = 0;
  /** Since when it has carried no stream, while it carries none. */
  emptySinceMs: number;
  readonly #options: ConnectionOptions;
  readonly #transport: StreamTransport;
  readonly #codec: StreamCodec;
  readonly #carriers = new Map<string, StreamCarrier>();
  /** What the names of its streams count. */
  #argumentLength = 0;
  readonly #liveness: Liveness;
  readonly #requests: RequestQueue;
  readonly #heartbeat: Heartbeat | undefined;
  #pingedAtMs = Number.NaN;
  #beatAtMs = Number.NaN;
  /** A heartbeat waits for the venue's limit; those that come due meanwhile are left out. */
  #beatWaits = false;
  #roundTripMs = Number.NaN;
  #markGone: () => void = () => {};
  #end: ConnectionEnd | undefined;
  #onDied: ((error?: Error) => void) | undefined;
  #user: ConnectionUser | undefined;
  #notice: { readonly withinMs: number | undefined } | undefined;
  #alive = false;

  constructor(transport: StreamTransport, options: ConnectionOptions) {
    const { protocol, clock } = options;
    this.id = options.id;
    this.endpointIndex = options.endpointIndex;
    this.localPort = transport.localPort;
    this.openedAtMs = clock.now();
    this.emptySinceMs = this.openedAtMs;
    this.#options = options;
    this.#transport = transport;
    this.#codec = protocol.open?.() ?? protocol;
    this.gone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    this.#requests = new RequestQueue(
      { ...options, codec: this.#codec },
      {
        send: (text) => transport.send(text),
        subscribed: (stream) => this.#carriers.get(stream)?.subscribed(),
        rejected: (stream, error) => this.#take(stream)?.rejected(error),
        unanswered: (stream, tries) => this.#carriers.get(stream)?.unanswered(tries),
        unsubscribed: (stream, answered) => this.#take(stream)?.unsubscribed(answered),
      },
    );
    this.#liveness = new Liveness(
      options,
      clock,
      () => this.ping(),
      () => this.#finish({ by: 'dead', heardAtMs: this.#liveness.heardAtMs }),
    );
    if (protocol.heartbeat) this.#heartbeat = new Heartbeat(clock, protocol.heartbeat.everyMs, () => this.#beat());
    this.#listen();
    for (const text of protocol.greeting?.(options.nextRequestId()) ?? [])
      this.#requests.urgent(() => transport.send(text));
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** The venue said that it is about to close it. */
  get leaving(): boolean {
    return this.#notice !== undefined;
  }

  get requestsSent(): number {
    return this.#requests.sent;
  }

  /** Streams whose request has not left yet. */
  get unsent(): number {
    return this.#requests.unsent;
  }

  /** How long the request of a stream that is asked for now would wait for the venue's limit, in milliseconds. */
  get requestDelayMs(): number {
    return this.#requests.delayMs;
  }

  /** When the last frame arrived, of any kind; at first, when the connection opened. */
  get heardAtMs(): number {
    return this.#liveness.heardAtMs;
  }

  /** The last round trip of a ping, in milliseconds; NaN before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** The holders of the streams on this connection. */
  get carriers(): readonly StreamCarrier[] {
    return [...this.#carriers.values()];
  }

  /** Can the stream be put on it: is it not there already, and its name the only one or within what the venue takes? */
  takes(stream: string): boolean {
    if (this.#carriers.has(stream)) return false;
    const { argumentLength } = this.#options.protocol;
    if (!argumentLength || this.#carriers.size === 0) return true;
    return this.#argumentLength + argumentLength.of(stream) <= argumentLength.max;
  }

  /** Registers the one listener that hears when the connection ends otherwise than by `close`. */
  onDied(listener: (error?: Error) => void): void {
    this.#onDied = listener;
    if (this.#end && this.#end.by !== 'pool') listener();
  }

  /** Registers the one who uses the connection from now on. */
  usedBy(user: ConnectionUser | undefined): void {
    this.#user = user;
    if (this.#alive) user?.alive();
    if (this.#notice) user?.leaving(this.#notice.withinMs);
  }

  /** Subscribes to the carrier's stream, together with all others of this turn. */
  carry(carrier: StreamCarrier): void {
    this.uses += 1;
    this.#carriers.set(carrier.stream, carrier);
    this.#argumentLength += this.#lengthOf(carrier.stream);
    this.#requests.subscribe(carrier.stream);
  }

  /**
   * Unsubscribes; data is delivered until the venue has answered. Returns false when the subscribe request never left,
   * in which case the stream is off already.
   */
  drop(stream: string): boolean {
    const asked = this.#requests.unsubscribe(stream);
    if (!asked) this.#take(stream);
    return asked;
  }

  /** Drops what still arrives of a stream, which others carry until the connection closes. */
  forget(stream: string): void {
    this.#take(stream);
  }

  /** Asks the peer for a sign of life. */
  ping(): void {
    this.#requests.urgent(() => {
      this.frames.pingsSent += 1;
      this.#pingedAtMs = this.#options.clock.now();
      this.#transport.ping();
      this.#liveness.pinged();
    });
  }

  close(reason: CloseReason): void {
    this.#finish({ by: 'pool', reason });
  }

  #listen(): void {
    this.#transport.listen({
      message: (text) => this.#received(text),
      ping: () => {
        this.frames.pingsReceived += 1;
        this.#heard();
        this.#requests.replied();
      },
      pong: () => {
        this.frames.pongsReceived += 1;
        this.#roundTrip(this.#pingedAtMs, this.#heard());
        this.#pingedAtMs = Number.NaN;
      },
      closed: (code, error) => {
        this.#markGone();
        this.#finish({ by: 'peer', code, ...(error && { error }) });
      },
    });
  }

  #received(text: string): void {
    if (this.#end) return;
    const now = this.#heard();
    const frame = this.#codec.decode(text);
    if (frame.kind === 'data') {
      const carrier = this.#carriers.get(frame.stream);
      if (carrier) carrier.data(frame, now);
      else this.frames.strays += 1;
    } else this.#control(frame, now);
  }

  #control(frame: Exclude<DecodedFrame, StreamData>, nowMs: number): void {
    this.frames.otherReceived += 1;
    switch (frame.kind) {
      case 'ack':
        this.#requests.answered(frame);
        break;
      case 'partial':
        this.#requests.answeredFor(frame.id, frame.stream);
        break;
      case 'ping':
        this.#requests.replied();
        this.#transport.send(frame.reply);
        break;
      case 'pong':
        this.#roundTrip(this.#beatAtMs, nowMs);
        this.#beatAtMs = Number.NaN;
        break;
      case 'leaving':
        if (this.#notice) break;
        this.#notice = { withinMs: frame.withinMs };
        this.#user?.leaving(frame.withinMs);
        break;
      case 'other':
    }
  }

  #heard(): number {
    const now = this.#liveness.heard();
    if (!this.#alive) {
      this.#alive = true;
      this.#user?.alive();
    }
    return now;
  }

  #beat(): void {
    const { protocol, clock, nextRequestId } = this.#options;
    if (this.#beatWaits) return;
    this.#beatWaits = true;
    this.#requests.urgent(() => {
      this.#beatWaits = false;
      this.frames.heartbeatsSent += 1;
      this.#beatAtMs = clock.now();
      this.#transport.send(protocol.heartbeat?.encode(nextRequestId()) ?? '');
    });
  }

  #roundTrip(sentAtMs: number, nowMs: number): void {
    if (Number.isNaN(sentAtMs) || this.#end) return;
    this.#roundTripMs = nowMs - sentAtMs;
    this.#options.onRoundTrip(this.#roundTripMs);
  }

  #take(stream: string): StreamCarrier | undefined {
    const carrier = this.#carriers.get(stream);
    if (this.#carriers.delete(stream)) this.#argumentLength -= this.#lengthOf(stream);
    if (this.#carriers.size === 0) this.emptySinceMs = this.#options.clock.now();
    return carrier;
  }

  #lengthOf(stream: string): number {
    return this.#options.protocol.argumentLength?.of(stream) ?? 0;
  }

  #finish(end: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#liveness.stop();
    this.#heartbeat?.stop();
    this.#requests.stop();
    // A close frame is for a peer that is there; one that is not would only hold the socket open.
    if (end.by === 'pool' && end.reason !== 'broken' && end.reason !== 'unhealthy') this.#transport.close();
    else this.#transport.terminate();
    if (end.by !== 'pool') this.#onDied?.(end.by === 'peer' ? end.error : undefined);
    this.#options.onEnd(this, end);
  }
}
