import { FakeClock, seededRandom } from '../../../../src/base/index.js';
import { type StreamProtocol, WebSocketConnectionPool } from '../../../../src/pool/websocket/index.js';
import { fakeProtocol, FakeVenue } from '../fake-venue.js';
import { A } from '../harness.js';

/** What the scenarios ask of a client; little enough for a naive one to have it. */
export interface StreamClient {
  subscribe(stream: string, onMessage: (id: number) => void): void;
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly origin: string;
  readonly protocol: StreamProtocol;
  /** Tells clients that were started together apart. */
  readonly seed: number;
}

/** Clients and the venue, which is all that a scenario goes by: it never asks a client for its own counts. */
export interface StreamScene {
  readonly clock: FakeClock;
  readonly venue: FakeVenue;
  readonly clients: readonly StreamClient[];
}

export type MakeClient = (clock: FakeClock, venue: FakeVenue, options: ClientOptions) => StreamClient;
export type OpenScene = (limits?: Partial<StreamProtocol>, clients?: number) => StreamScene;

/** A well-known bug as a run of clients: it passes where the bug is not, and fails an expectation where it is. */
export interface StreamScenario {
  readonly name: string;
  /** What the failed expectation says on a client that has the bug. */
  readonly symptom: string;
  readonly run: (open: OpenScene) => Promise<void>;
}

export function scenesOf(make: MakeClient): OpenScene {
  return (limits = {}, count = 1) => {
    const clock = new FakeClock(1000);
    const venue = new FakeVenue(() => clock.now());
    const protocol = fakeProtocol(limits);
    const clients = Array.from({ length: count }, (_, seed) => make(clock, venue, { origin: A, protocol, seed }));
    return { clock, venue, clients };
  };
}

/** The pool of this package, every stream of it expected to bring data every five seconds. */
export const makePool: MakeClient = (clock, venue, { origin, protocol, seed }) => {
  const pool = new WebSocketConnectionPool({
    origins: [origin],
    protocol,
    maxConnections: 1,
    streamsPerConnection: 20_000,
    ackTimeoutMs: 60_000,
    silenceTimeoutMs: 10_000,
    pingTimeoutMs: 2000,
    settleMs: 100,
    backoff: { initialMs: 1000, maxMs: 2000 },
    clock,
    random: seededRandom(seed),
    dial: venue.dial,
  });
  return {
    subscribe: (stream, onMessage) => {
      pool.subscribe(stream, {
        onMessage: ({ lastId }) => onMessage(lastId),
        ...(stream === 'busy' && { staleAfterMs: 5000 }),
      });
    },
    close: () => pool.close(),
  };
};
