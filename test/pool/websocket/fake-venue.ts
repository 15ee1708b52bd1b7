import type {
  DialTransport,
  StreamProtocol,
  StreamTransport,
  TransportHandlers,
} from '../../../src/pool/websocket/index.js';
import { WebSocketDialError } from '../../../src/pool/websocket/index.js';

/** A protocol as plain as possible, with the limits of a strict venue unless told otherwise. */
export function fakeProtocol(limits: Partial<StreamProtocol> = {}): StreamProtocol {
  return {
    name: 'fake',
    path: '/stream',
    maxStreamsPerRequest: 200,
    requests: { count: 1000, perMs: 1000 },
    sequenceOf: () => 'contiguous',
    encodeSubscribe: (streams, id) => JSON.stringify({ op: 'subscribe', streams, id }),
    encodeUnsubscribe: (streams, id) => JSON.stringify({ op: 'unsubscribe', streams, id }),
    decode: (text) => JSON.parse(text) as ReturnType<StreamProtocol['decode']>,
    ...limits,
  };
}

export interface FakeRequest {
  readonly op: 'subscribe' | 'unsubscribe';
  readonly streams: string[];
  readonly id: number;
}

/** One connection as the venue sees it: what it was asked, and what it was told to send. */
export class FakeConnection implements StreamTransport {
  readonly requests: (FakeRequest & { readonly atMs: number })[] = [];
  readonly unanswered: FakeRequest[] = [];
  /** Other texts, as they came. */
  readonly texts: string[] = [];
  readonly subscribed = new Set<string>();
  /** Requests that name one of these are neither answered nor taken into effect. */
  readonly ignores = new Set<string>();
  readonly origin: string;
  readonly localPort: number;
  readonly bornAtMs: number;
  pings = 0;
  open = true;
  /** A silent peer takes everything and answers nothing, pings included. */
  silent = false;
  /** What a stalled peer says is under way, and lost should the connection break. */
  stalled = false;
  readonly #underWay: string[] = [];
  readonly #venue: FakeVenue;
  #handlers: TransportHandlers | undefined;

  constructor(venue: FakeVenue, origin: string, localPort: number) {
    this.#venue = venue;
    this.origin = origin;
    this.localPort = localPort;
    this.bornAtMs = venue.now();
  }

  listen(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  send(text: string): void {
    if (!this.open) throw new Error('sent on a closed connection');
    const request = JSON.parse(text) as Omit<FakeRequest, 'op'> & { op: FakeRequest['op'] | undefined };
    if (request.op === undefined) {
      this.texts.push(text);
      return;
    }
    this.requests.push({ ...(request as FakeRequest), atMs: this.#venue.now() });
    if (this.silent) return;
    this.unanswered.push(request as FakeRequest);
    if (this.#venue.answers) queueMicrotask(() => this.answer());
  }

  ping(): void {
    this.pings += 1;
    if (!this.silent) queueMicrotask(() => this.#handlers?.pong());
  }

  close(): void {
    this.drop(1000);
  }

  terminate(): void {
    this.drop();
  }

  /** Takes the oldest unanswered request into effect and answers it; `times` answers are sent. */
  answer(times = 1): void {
    const request = this.unanswered.shift();
    if (!request || !this.open || this.silent || request.streams.some((name) => this.ignores.has(name))) return;
    const refused =
      request.op === 'subscribe' ? request.streams.find((name) => this.#venue.refuses.has(name)) : undefined;
    for (const stream of request.streams)
      if (request.op === 'unsubscribe') this.subscribed.delete(stream);
      else if (refused === undefined) this.subscribed.add(stream);
    const answer =
      refused === undefined
        ? { kind: 'ack', id: request.id, ok: true }
        : { kind: 'ack', id: request.id, ok: false, error: `no such stream: ${refused}` };
    for (let i = 0; i < times; i += 1) this.say(answer);
  }

  /** The oldest unanswered request takes effect, but its answer is lost. */
  loseAnswer(): void {
    const request = this.unanswered.shift();
    for (const stream of request?.streams ?? [])
      if (request?.op === 'unsubscribe') this.subscribed.delete(stream);
      else this.subscribed.add(stream);
  }

  data(stream: string, firstId: number, lastId = firstId): void {
    this.say({ kind: 'data', stream, firstId, lastId, payload: null });
  }

  /** A message of a linked sequence, or of a book. */
  linked(stream: string, lastId: number, prevId: number | undefined): void {
    this.say({ kind: 'data', stream, firstId: lastId, lastId, prevId, payload: null });
  }

  say(message: object): void {
    this.raw(JSON.stringify(message));
  }

  /** Any text at all. */
  raw(text: string): void {
    if (this.silent || !this.open) return;
    if (this.stalled) this.#underWay.push(text);
    else this.#handlers?.message(text);
  }

  /** What was under way arrives. */
  flow(): void {
    this.stalled = false;
    for (const text of this.#underWay.splice(0)) if (this.open) this.#handlers?.message(text);
  }

  pingClient(): void {
    this.#handlers?.ping();
  }

  /** A second close of the same connection, as a careless transport may report. */
  closeAgain(): void {
    this.#handlers?.closed(1006);
  }

  drop(code = 1006): void {
    if (!this.open) return;
    this.open = false;
    this.#handlers?.closed(code);
  }
}

/** The element at `index`; a test that expects one there fails without it. */
export function nth<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`Expected an element ${index}, got ${list.length} elements`);
  return element;
}

/** A venue without a network: its side of every connection is in the hands of the test. */
export class FakeVenue {
  readonly connections: FakeConnection[] = [];
  readonly refused = new Set<string>();
  readonly hanging = new Set<string>();
  readonly refuses = new Set<string>();
  /** Called with every new connection before the client has it. */
  born: (connection: FakeConnection) => void = () => {};
  /** Answers every request by itself. */
  answers = true;
  dials = 0;
  readonly dialedAtMs: number[] = [];
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** The connection opened as number `index`, from 0. */
  connection(index: number): FakeConnection {
    return nth(this.connections, index);
  }

  get open(): FakeConnection[] {
    return this.connections.filter(({ open }) => open);
  }

  readonly dial: DialTransport = (url, signal) => {
    this.dials += 1;
    this.dialedAtMs.push(this.now());
    const { origin } = new URL(url.replace('ws:', 'http:'));
    const key = origin.replace('http:', 'ws:');
    if (this.hanging.has(key)) {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new WebSocketDialError('upgrade', 9, 'ABORTED')));
      });
    }
    if (this.refused.has(key)) return Promise.reject(new WebSocketDialError('tcp', null, 'ECONNREFUSED'));
    const connection = new FakeConnection(this, key, 40_000 + this.dials);
    this.connections.push(connection);
    this.born(connection);
    return Promise.resolve({ transport: connection, parts: { dnsMs: 0, tcpMs: 1, tlsMs: 0, upgradeMs: 1 } });
  };
}
