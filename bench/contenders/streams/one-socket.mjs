import { WebSocket } from 'ws';
import { ConnectionWatch } from './connection-watch.mjs';

const OPEN = 1;

/**
 * What a user writes around a client with the browser's WebSocket interface that dials again by itself: one socket for
 * all streams, subscribed on `open`, every time. Endpoints take turns, as both READMEs show it (`urlProvider`).
 */
export class OneSocket {
  accounts;
  #context;
  #connect;
  #watch;
  #streams;
  #socket;
  /** Endpoint of the dial under way or of the connection. */
  #endpoint = -1;
  #open = false;
  #closing = false;
  #wanted = new Map();
  #joining = [];
  #left;
  #leaving = [];
  #answers = new Map();
  #nextId = 1;

  /** `connect(urlProvider, WebSocket)` makes the client; it gets its settings there and nowhere else. */
  constructor(context, connect) {
    this.#context = context;
    this.#connect = connect;
    this.#watch = new ConnectionWatch(context);
    this.#streams = context.venue.streams;
    this.accounts = { http: null, streams: this.#watch.accounts };
  }

  async start() {}

  async request() {
    throw new Error('this client is for streams');
  }

  /** Resolves when the venue acknowledged the stream. */
  subscribe(stream, consumer) {
    return new Promise((acknowledged) => {
      this.#wanted.set(stream, { consumer, acknowledged });
      if (this.#joining.push(stream) === 1) queueMicrotask(() => this.#join());
    });
  }

  /** Resolves at the answer, or when there is no connection to ask on. */
  async unsubscribe(stream) {
    if (this.#leaving.push(stream) === 1) this.#left = Promise.resolve().then(() => this.#leave());
    await this.#left;
    this.#wanted.delete(stream);
  }

  async close() {
    this.#closing = true;
    this.#socket?.close();
    await this.#watch.close();
  }

  #join() {
    if (!this.#socket) this.#dial();
    else if (this.#open) void this.#subscribe(this.#joining.splice(0));
  }

  async #leave() {
    const streams = this.#leaving.splice(0);
    const { requestTimeoutMs } = this.#context.settings;
    const asked = this.#ask((id) => this.#streams.encodeUnsubscribe(streams, id));
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, requestTimeoutMs).unref())]);
  }

  #dial() {
    const { endpoints, venue } = this.#context;
    const watch = this.#watch;
    // The option that both READMEs name for Node, and the one place where the socket underneath can be seen.
    class WitnessedWebSocket extends WebSocket {
      constructor(...given) {
        super(...given);
        // oxlint-disable-next-line no-underscore-dangle -- the one way to a socket's port that `ws` has
        this.once('open', () => watch.opened(this._socket.localPort));
      }
    }
    const urlProvider = () => {
      this.#endpoint = (this.#endpoint + 1) % endpoints.length;
      return endpoints[this.#endpoint].ws + venue.streams.path;
    };
    this.#socket = this.#connect(urlProvider, WitnessedWebSocket);
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => this.#received(data));
    this.#socket.addEventListener('close', () => this.#lost());
    this.#socket.addEventListener('error', () => undefined);
  }

  #opened() {
    this.#open = true;
    this.#joining = [];
    this.#streams = this.#context.venue.streams.open?.() ?? this.#context.venue.streams;
    void this.#subscribe([...this.#wanted.keys()]);
  }

  #lost() {
    if (!this.#open || this.#closing) return;
    this.#open = false;
    const now = this.#context.clock.now();
    this.#context.claims.declaredDead(this.#endpoint, now);
    for (const [stream, { consumer }] of this.#wanted) consumer.interrupted(stream, now);
    for (const settle of this.#answers.values()) settle(false);
    this.#answers.clear();
  }

  async #subscribe(streams) {
    const answered = await this.#ask((id) => this.#streams.encodeSubscribe(streams, id));
    if (!answered) return;
    const now = this.#context.clock.now();
    for (const stream of streams) {
      this.#context.claims.subscriptionAcknowledged();
      const wanted = this.#wanted.get(stream);
      wanted?.consumer.acknowledged(stream, now);
      wanted?.acknowledged();
    }
  }

  /** Resolves with true at the answer, with false when the connection is not there or goes first. */
  #ask(encode) {
    if (!this.#open || this.#socket.readyState !== OPEN) return Promise.resolve(false);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(encode(id));
    });
  }

  #received(text) {
    const frame = this.#streams.decode(text);
    if (frame.kind === 'data') {
      const { stream, firstId, lastId, sentAtMs = null } = frame;
      this.#wanted.get(stream)?.consumer.message(stream, firstId, lastId, sentAtMs);
    } else if (frame.kind === 'ack') {
      this.#answers.get(frame.id)?.(true);
      this.#answers.delete(frame.id);
    }
  }
}
