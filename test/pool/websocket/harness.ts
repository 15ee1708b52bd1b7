import { FakeClock, seededRandom } from '../../../src/base/index.js';
import {
  type StreamData,
  type StreamPoolEvent,
  type Subscription,
  type SubscriptionHandlers,
  type SubscriptionState,
  WebSocketConnectionPool,
  type WebSocketConnectionPoolOptions,
} from '../../../src/pool/websocket/index.js';
import { fakeProtocol, FakeVenue } from './fake-venue.js';

export const A = 'ws://a:1';
export const B = 'ws://b:1';

/** A pool under a fake clock, the venue at its other end, and everything that both said. */
export function setUp(options: Partial<WebSocketConnectionPoolOptions> = {}) {
  const clock = options.clock instanceof FakeClock ? options.clock : new FakeClock(1000);
  const venue = new FakeVenue(() => clock.now());
  const pool = new WebSocketConnectionPool({
    origins: [A],
    protocol: fakeProtocol(),
    maxConnections: 4,
    streamsPerConnection: 16,
    ackTimeoutMs: 1000,
    silenceTimeoutMs: 10_000,
    pingTimeoutMs: 2000,
    backoff: { initialMs: 100, maxMs: 2000 },
    clock,
    random: seededRandom(1),
    dial: venue.dial,
    ...options,
  });
  const events: StreamPoolEvent[] = [];
  pool.on((event) => events.push(event));
  const seen = new Map<string, number[]>();
  const states = new Map<string, SubscriptionState[]>();
  const subscribe = (stream: string, handlers: SubscriptionHandlers = {}): Subscription => {
    const ids: number[] = [];
    const passed: SubscriptionState[] = [];
    seen.set(stream, ids);
    states.set(stream, passed);
    return pool.subscribe(stream, {
      onMessage: ({ lastId }: StreamData) => ids.push(lastId),
      onState: (state) => passed.push(state),
      ...handlers,
    });
  };
  const subscribeAll = (count: number): Subscription[] =>
    Array.from({ length: count }, (_, index) => subscribe(`s${index}`));
  const of = <K extends StreamPoolEvent['kind']>(kind: K): Extract<StreamPoolEvent, { kind: K }>[] =>
    events.filter((event): event is Extract<StreamPoolEvent, { kind: K }> => event.kind === kind);
  return { clock, venue, pool, events, of, seen, states, subscribe, subscribeAll };
}
