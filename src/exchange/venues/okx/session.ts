import type { Clock } from '../../../base/index.js';
import type { FeedHub, Subscriber } from '../../feed/index.js';
import { RollingWindow } from '../../limits/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import type { OkxContext } from './context.js';
import { IdleWatch } from './idle-watch.js';
import { type StreamError, streamErrors } from './stream-errors.js';
import {
  type ChannelArgument,
  type OperationError,
  type StreamOperation,
  argumentBytes,
  parseOperation,
} from './stream-requests.js';
import { type StreamName, type StreamUrl, findStream } from './streams.js';

/** How many times the channels that a connection may have are served where the limit is only counted. */
const KEPT_TIMES = 10;

export interface SessionOptions {
  readonly clock: Clock;
  readonly context: OkxContext;
  readonly hub: FeedHub;
  readonly sink: StreamSink;
  readonly url: StreamUrl;
  /** The venue's name for the connection, in each of its replies. */
  readonly connId: string;
  readonly enforce: boolean;
  /** Called once when the session is over. */
  readonly onEnd: (session: OkxSession) => void;
}

/** One WebSocket connection: its operations, its channels, and the watch over its silence. */
export class OkxSession implements StreamSession, Subscriber {
  readonly sink: StreamSink;
  readonly form = undefined;
  readonly #options: SessionOptions;
  readonly #streams = new Set<string>();
  readonly #operations: RollingWindow;
  readonly #idle: IdleWatch;

  constructor(options: SessionOptions) {
    const { clock, context, sink } = options;
    const { idleMs, operationsPerWindow, operationWindowMs } = context.rules;
    this.#options = options;
    this.#operations = new RollingWindow(operationsPerWindow, operationWindowMs);
    this.#idle = new IdleWatch(clock, idleMs, () => {
      this.#leave(4004, 'No data received in 30s');
    });
    this.sink = this.#idle.noting(sink);
  }

  receive(text: string): void {
    if (text === 'ping') {
      this.sink.reply('pong');
      return;
    }
    const operation = parseOperation(text);
    if ('code' in operation) this.#error(operation, operation.id);
    else if (this.#allows(operation, text)) this.#perform(operation);
  }

  // Frames of the protocol itself count for nothing here: the venue's heartbeat is the text `ping`.
  pong(): void {}
  pinged(): void {}

  maintenance(): void {
    // The venue does not announce it on its business URL.
    if (this.#options.url === 'business') return;
    const msg = 'The connection will soon be closed for a service upgrade. Please reconnect.';
    this.sink.reply(`{"event":"notice","code":"64008","msg":"${msg}","connId":"${this.#options.connId}"}`);
  }

  end(): void {
    this.#release();
    this.#options.onEnd(this);
  }

  /** Counts what the operation breaks; false when it is not performed for it. */
  #allows(operation: StreamOperation, text: string): boolean {
    const { clock, context, enforce } = this.#options;
    if (this.#operations.exceededBy(clock.now())) {
      this.sink.violated('operations-per-hour');
      if (enforce) {
        this.#error(streamErrors.tooFrequent(), operation.id);
        return false;
      }
    }
    if (argumentBytes(text) > context.rules.argumentBytes) {
      this.sink.violated('message-size');
      if (enforce) {
        this.#leave(4003, 'The total length of multiple channels exceeds the limit');
        return false;
      }
    }
    return true;
  }

  #perform(operation: StreamOperation): void {
    const { url, context } = this.#options;
    const { op, id } = operation;
    if (op === 'login') {
      this.#error(url === 'private' ? streamErrors.badApiKey() : streamErrors.wrongUrl(), id);
      return;
    }
    const { channelsPerConnection } = context.rules;
    for (const argument of operation.args) this.#each(op, id, argument);
    if (op !== 'subscribe' || this.#streams.size <= channelsPerConnection) return;
    this.sink.violated('channels-per-connection');
    if (this.#options.enforce)
      this.#leave(4009, 'The number of subscription channels for this connection exceeds the limit');
  }

  #each(op: 'subscribe' | 'unsubscribe', id: string | undefined, argument: ChannelArgument): void {
    const { context, url } = this.#options;
    const found = findStream(context, url, argument);
    if ('code' in found) this.#error(found, id);
    else if (op === 'subscribe') this.#subscribe(found, id);
    else this.#unsubscribe(found, id);
  }

  // Asked for again, a stream goes on with a fresh snapshot: its pushes follow on that one as on the last.
  #subscribe(name: StreamName, id: string | undefined): void {
    const { hub, context } = this.#options;
    const { stream, greets } = name;
    if (!this.#streams.has(stream)) {
      if (this.#streams.size >= context.rules.channelsPerConnection * KEPT_TIMES) {
        this.#error(streamErrors.overloaded(), id);
        return;
      }
      this.#streams.add(stream);
      const nextId = hub.subscribe(stream, this) ?? 0;
      // What greets a newcomer has the id before the next push's.
      this.sink.subscribed(stream, greets ? nextId - 1 : nextId);
    }
    this.#acknowledge('subscribe', name, id);
    if (greets) hub.greet(stream, this);
  }

  #unsubscribe(name: StreamName, id: string | undefined): void {
    const { stream } = name;
    if (this.#streams.delete(stream)) this.sink.unsubscribed(stream, this.#options.hub.unsubscribe(stream, this) ?? 0);
    this.#acknowledge('unsubscribe', name, id);
  }

  #acknowledge(event: string, { stream, arg }: StreamName, id: string | undefined): void {
    const text = `{${idMember(id)}"event":"${event}","arg":${arg},"connId":"${this.#options.connId}"}`;
    this.sink.acknowledge(text, [stream]);
  }

  #error({ code, msg }: StreamError | OperationError, id: string | undefined): void {
    const { connId } = this.#options;
    this.sink.reply(
      `{${idMember(id)}"event":"error","code":"${code}","msg":${JSON.stringify(msg)},"connId":"${connId}"}`,
    );
  }

  #leave(code: number, reason: string): void {
    this.sink.close(code, reason);
    this.#release();
  }

  #release(): void {
    this.#idle.stop();
    for (const stream of this.#streams) this.#options.hub.unsubscribe(stream, this);
    this.#streams.clear();
  }
}

function idMember(id: string | undefined): string {
  return id === undefined ? '' : `"id":"${id}",`;
}
