import { FakeClock } from '../../../src/base/index.js';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import type { RestResponse, StreamMessage, StreamSession, StreamSink } from '../../../src/exchange/venue.js';
import { binanceVenue } from '../../../src/exchange/venues/binance/index.js';

/** Calendar time at clock time 0: ten seconds into a minute. */
export const EPOCH_MS = 1_795_415_770_000;

/** What a sink was told, in order. */
export type SinkEvent =
  | { readonly kind: 'publish'; readonly message: StreamMessage }
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'ping'; readonly payload: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'subscribed' | 'unsubscribed'; readonly stream: string; readonly nextId: number }
  | { readonly kind: 'violated'; readonly rule: string };

export class RecordingSink implements StreamSink {
  readonly events: SinkEvent[] = [];

  publish(message: StreamMessage): void {
    this.events.push({ kind: 'publish', message });
  }
  reply(text: string): void {
    this.events.push({ kind: 'reply', text });
  }
  ping(payload: string): void {
    this.events.push({ kind: 'ping', payload });
  }
  close(code: number, reason: string): void {
    this.events.push({ kind: 'close', code, reason });
  }
  subscribed(stream: string, nextId: number): void {
    this.events.push({ kind: 'subscribed', stream, nextId });
  }
  unsubscribed(stream: string, nextId: number): void {
    this.events.push({ kind: 'unsubscribed', stream, nextId });
  }
  violated(rule: string): void {
    this.events.push({ kind: 'violated', rule });
  }

  kinds(kind: SinkEvent['kind']): SinkEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }
  messages(stream?: string): StreamMessage[] {
    return this.events.flatMap((event) =>
      event.kind === 'publish' && (stream === undefined || event.message.stream === stream) ? [event.message] : [],
    );
  }
  replies(): unknown[] {
    return this.events.flatMap((event) => (event.kind === 'reply' ? [JSON.parse(event.text) as unknown] : []));
  }
  violations(): string[] {
    return this.events.flatMap((event) => (event.kind === 'violated' ? [event.rule] : []));
  }
}

/** A Binance venue on a fake clock. */
export function openVenue(options: { symbols?: number; activity?: number; seed?: string } = {}) {
  const clock = new FakeClock();
  const market = new SyntheticMarket({ seed: 'venue', symbols: 4, activity: 1, ...options, clock });
  const venue = binanceVenue({ market, clock, wallClock: () => EPOCH_MS + clock.now() });
  const rest = (target: string, remoteAddress = '127.0.0.1', method = 'GET'): RestResponse => {
    const [path = '', query = ''] = target.split('?');
    return venue.rest({ method, path, query: new URLSearchParams(query), remoteAddress });
  };
  const get = (target: string): Json => JSON.parse(String(rest(target).body));
  const connect = (path: string): { session: StreamSession; sink: RecordingSink } => {
    const sink = new RecordingSink();
    const session = venue.open(path, sink);
    if ('refuse' in session) throw new Error(`refused with ${session.refuse}`);
    return { session, sink };
  };
  return { clock, market, venue, rest, get, connect };
}

/** Sends a request as a client would. */
export function send(session: StreamSession, method: string, params?: unknown, id: unknown = 1): void {
  session.receive(JSON.stringify({ method, ...(params !== undefined && { params }), id }));
}

/** The JSON of a message. */
export function bodyOf(message: StreamMessage | undefined): Json {
  return JSON.parse(String(message?.frame));
}

/** Parsed JSON whose shape a test goes on to assert. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;
