import type { Clock, TimerHandle } from '../../../base/index.js';
import type { FeedHub, Subscriber } from '../../feed/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import type { AddressAccount } from './address-accounts.js';
import type { ProductTable } from './products.js';
import type { CoinbaseRules } from './rules.js';
import { type Selection, streamsToBegin, streamsToEnd, subscriptionsJson } from './selection.js';
import { type StreamCall, callError, parseCall } from './stream-requests.js';

const POLICY_VIOLATION = 1008;

export interface SessionOptions {
  readonly clock: Clock;
  readonly hub: FeedHub;
  readonly products: ProductTable;
  readonly sink: StreamSink;
  /** Of the address that the connection comes from. */
  readonly account: AddressAccount;
  readonly rules: CoinbaseRules;
  readonly enforce: boolean;
  /** Called once when the session is over. */
  readonly onEnd: (session: CoinbaseSession) => void;
}

/** One WebSocket connection: its subscriptions and its requests. Nobody pings; whoever asks for nothing is cut. */
export class CoinbaseSession implements StreamSession, Subscriber {
  readonly sink: StreamSink;
  readonly form = undefined;
  readonly #options: SessionOptions;
  readonly #streams = new Set<string>();
  /** Runs until the first subscription. */
  #deadline: TimerHandle;

  constructor(options: SessionOptions) {
    const { clock, rules, sink } = options;
    this.#options = options;
    this.sink = sink;
    this.#deadline = clock.setTimeout(() => {
      sink.violated('subscribe-timeout');
      sink.close(POLICY_VIOLATION, 'Subscribe required');
    }, rules.subscribeWithinMs);
  }

  receive(text: string): void {
    if (!this.#admits()) return;
    const call = parseCall(text);
    if (call.type === 'error') this.sink.reply(JSON.stringify(call));
    else this.#perform(call);
  }

  pong(): void {
    // The venue never pings, so a pong answers nothing.
  }

  pinged(): void {
    // Answered by the server; it keeps nothing alive.
  }

  maintenance(): void {
    // The venue says nothing ahead of a cut.
  }

  end(): void {
    this.#stopDeadline();
    for (const stream of this.#streams) this.#leave(stream);
    this.#options.onEnd(this);
  }

  #admits(): boolean {
    if (this.#options.account.message()) return true;
    this.sink.violated('messages-per-second');
    if (!this.#options.enforce) return true;
    this.sink.reply(JSON.stringify(callError('ErrSlowRead', 'too many messages')));
    this.sink.close(POLICY_VIOLATION, 'ErrSlowRead');
    return false;
  }

  #perform(call: StreamCall): void {
    const selection = call.type === 'subscribe' ? this.#toBegin(call) : streamsToEnd(call, this.#streams);
    if ('reason' in selection) {
      this.sink.reply(JSON.stringify(callError(`Failed to ${call.type}`, selection.reason)));
      return;
    }
    const { streams } = selection;
    for (const stream of streams)
      if (call.type === 'subscribe') this.#begin(stream);
      else this.#end(stream);
    this.sink.acknowledge(subscriptionsJson(this.#streams), streams);
    if (call.type === 'subscribe') for (const stream of streams) this.#options.hub.greet(stream, this);
  }

  #toBegin(call: StreamCall): Selection {
    const { account, enforce, products } = this.#options;
    const selection = streamsToBegin(call, products);
    if ('reason' in selection) return selection;
    const beyond = selection.streams.filter((stream) => !this.#streams.has(stream) && !account.mayStart(stream));
    for (let i = 0; i < beyond.length; i += 1) this.sink.violated('subscriptions-per-channel');
    if (!enforce || beyond.length === 0) return selection;
    return { reason: `Subscription limit reached for ${beyond.join(', ')}` };
  }

  /** Begins a stream, or begins it again: a client that subscribes twice wants a fresh snapshot. */
  #begin(stream: string): void {
    if (this.#streams.has(stream)) this.#end(stream);
    const nextId = this.#options.hub.subscribe(stream, this);
    if (nextId === undefined) return;
    this.#stopDeadline();
    this.#streams.add(stream);
    this.#options.account.started(stream);
    this.sink.subscribed(stream, nextId);
  }

  #end(stream: string): void {
    this.sink.unsubscribed(stream, this.#leave(stream) ?? 0);
  }

  #leave(stream: string): number | undefined {
    this.#streams.delete(stream);
    this.#options.account.ended(stream);
    return this.#options.hub.unsubscribe(stream, this);
  }

  #stopDeadline(): void {
    if (this.#deadline !== undefined) this.#options.clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
