import type { Clock } from '../../../base/index.js';
import type { FeedHub } from '../../feed/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import { Heartbeat } from './heartbeat.js';
import { IdleWatch } from './idle-watch.js';
import type { SocketCalls } from './method.js';
import { parseRequest } from './rpc-message.js';
import type { RpcServer } from './rpc-server.js';
import type { DeribitRules } from './rules.js';

const PLATFORM_STATE = 'platform_state';
const MAINTENANCE = `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${PLATFORM_STATE}","data":{"maintenance":true}}}`;
/** The venue names no limit for a connection; this many full calls are kept, more are left out of the answers. */
const KEPT_CALLS = 10;

export interface SessionOptions {
  readonly clock: Clock;
  readonly hub: FeedHub;
  readonly rpc: RpcServer;
  readonly rules: DeribitRules;
  readonly enforce: boolean;
  readonly remoteAddress: string;
  readonly sink: StreamSink;
  /** Called once when the session is over. */
  readonly onEnd: (session: DeribitSession) => void;
}

/** One WebSocket connection: its subscriptions, its requests, its heartbeat and its idle time. */
export class DeribitSession implements StreamSession, SocketCalls {
  readonly sink: StreamSink;
  readonly form = undefined;
  readonly #options: SessionOptions;
  readonly #idle: IdleWatch;
  readonly #channels = new Set<string>();
  #heartbeat: Heartbeat | undefined;
  #authorized = false;
  #over = false;

  constructor(options: SessionOptions) {
    const { clock, rules, sink } = options;
    this.sink = sink;
    this.#options = options;
    this.#idle = new IdleWatch({
      clock,
      idleMs: rules.idleMs,
      exempt: () => this.#channels.size > 0 || this.#heartbeat !== undefined,
      onIdle: () => {
        this.#finish();
        sink.drop();
      },
    });
  }

  receive(text: string): void {
    if (this.#over || this.#tooLong(text)) return;
    this.#idle.heard();
    const { rpc, remoteAddress } = this.#options;
    const outcome = rpc.answer(() => parseRequest(text), { remoteAddress, socket: this });
    for (const rule of outcome.violated) this.sink.violated(rule);
    if (outcome.answer?.acknowledges) this.sink.acknowledge(outcome.text, outcome.answer.acknowledges);
    else this.sink.reply(outcome.text);
    outcome.answer?.afterwards?.();
    if (outcome.over) this.#close(1008, 'too_many_requests');
  }

  pong(): void {
    this.#idle.heard();
  }

  pinged(): void {
    this.#idle.heard();
  }

  maintenance(): void {
    if (this.#channels.has(PLATFORM_STATE)) this.sink.reply(MAINTENANCE);
  }

  end(): void {
    this.#finish();
    for (const channel of this.#channels) this.#options.hub.unsubscribe(channel, this);
    this.#channels.clear();
    this.#options.onEnd(this);
  }

  get authorized(): boolean {
    return this.#authorized;
  }

  authorize(): void {
    this.#authorized = true;
  }

  subscribe(channels: readonly string[]): { readonly accepted: readonly string[]; readonly greet: () => void } {
    const { hub, rules } = this.#options;
    const fresh: string[] = [];
    for (const channel of new Set(channels)) {
      if (this.#channels.has(channel) || this.#channels.size >= KEPT_CALLS * rules.channelsPerCall) continue;
      const nextId = hub.subscribe(channel, this);
      if (nextId === undefined) continue;
      this.#channels.add(channel);
      this.sink.subscribed(channel, nextId);
      fresh.push(channel);
    }
    const greet = (): void => {
      for (const channel of fresh) hub.greet(channel, this);
    };
    return { accepted: [...new Set(channels)].filter((channel) => this.#channels.has(channel)), greet };
  }

  unsubscribe(channels: readonly string[]): readonly string[] {
    const live = [...new Set(channels)].filter((channel) => this.#channels.delete(channel));
    for (const channel of live) this.sink.unsubscribed(channel, this.#options.hub.unsubscribe(channel, this) ?? 0);
    return live;
  }

  unsubscribeAll(): readonly string[] {
    return this.unsubscribe([...this.#channels]);
  }

  setHeartbeat(intervalS: number): void {
    const { clock, rules } = this.#options;
    this.disableHeartbeat();
    this.#heartbeat = new Heartbeat({ clock, sink: this.sink, rules, intervalS });
  }

  disableHeartbeat(): void {
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
  }

  tested(): void {
    this.#heartbeat?.tested();
  }

  #tooLong(text: string): boolean {
    const { rules, enforce } = this.#options;
    if (Buffer.byteLength(text) <= rules.messageBytes) return false;
    this.sink.violated('message-size');
    if (enforce) this.#close(1009, 'message too big');
    return enforce;
  }

  #close(code: number, reason: string): void {
    this.#finish();
    this.sink.close(code, reason);
  }

  /** Stops everything that acts by itself, except the streams. */
  #finish(): void {
    this.#over = true;
    this.#idle.stop();
    this.disableHeartbeat();
  }
}
