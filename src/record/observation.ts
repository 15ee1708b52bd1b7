/** Order statistics of a few exact values, in the unit of its name; the median is a value that occurred (nearest rank). */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly max: number;
}

/** How the program that was observed ended. Times are of the observation's own clock, from the program's start. */
export interface ObservedProgram {
  readonly command: readonly string[];
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly ranMs: number;
  /** Who asked it to end: nobody, the given duration, or a signal to mp-bench. */
  readonly stoppedBy: 'duration' | 'SIGINT' | 'SIGTERM' | null;
  /** It did not end within the grace it was given, and was killed. */
  readonly killed: boolean;
}

export interface ObservedConnections {
  /** Accepted by the exchange. */
  readonly opened: number;
  readonly endedByClient: number;
  readonly endedByExchange: number;
  readonly endedByFault: number;
  /** When the observation ended. */
  readonly stillOpen: number;
  /** Most that were open at the same time; one that ends makes room for one that begins at the same instant. */
  readonly peakOpen: number;
  /** Neither answered a request nor became a WebSocket. */
  readonly unused: number;
  readonly handshakesFull: number;
  readonly handshakesResumed: number;
  readonly cutInHandshake: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface ObservedRequests {
  /** Complete requests that the exchange received, WebSocket upgrades not included. */
  readonly received: number;
  /** Responses that it handed whole to the socket. */
  readonly answered: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests on a connection that had completed a response before. */
  readonly reused: number;
  /** reused ÷ received; null without requests. */
  readonly reuseRate: number | null;
  /** Requests a connection, of those that carried at least one and did not become a WebSocket. */
  readonly perConnection: Spread | null;
}

/** Connections of one kind that were lost, each with the new one that took its place. */
export interface ObservedReconnects {
  /** Connections that had worked, and stopped to: ended by the exchange or a fault, or silenced by one. */
  readonly losses: number;
  /** Losses matched, first in first out, with a later new connection of the same kind that worked. */
  readonly reconnected: number;
  readonly neverReconnected: number;
  /** Loss → acceptance of the connection matched with it, in ms. */
  readonly delayMs: Spread | null;
}

export interface ObservedStreams {
  readonly upgrades: number;
  readonly upgradesRefused: number;
  readonly subscribed: number;
  readonly unsubscribed: number;
  readonly messagesSent: number;
  readonly unsentWhileDown: number;
  /** Messages that a fault kept back on connections that worked. */
  readonly withheld: number;
  /** Times that a stream lost the last working connection that carried it, without having been unsubscribed. */
  readonly losses: number;
  readonly resubscribed: number;
  /** Loss → next subscribe of the same stream on any connection, in ms. */
  readonly delayMs: Spread | null;
  readonly neverResubscribed: number;
  /** Names of streams that were down at the end, in order of the alphabet; at most 20 of them. */
  readonly downAtEnd: readonly string[];
  /** Close frames that the exchange sent, by code. */
  readonly closesByCode: Readonly<Record<string, number>>;
  readonly pingsSent: number;
  readonly pongsReceived: number;
}

/** One injected fault and what it did to the program; times from the program's start, in ms. */
export interface ObservedFault {
  readonly kind: string;
  /** Null for a fault of every endpoint. */
  readonly endpoint: number | null;
  readonly injectedAtMs: number;
  /** Null when it lasted to the end. */
  readonly liftedAtMs: number | null;
  /** Connections, requests or messages (what the fault is about) that it hit. */
  readonly touched: number;
  /** Connections that had worked and were lost between injection and lift, at the endpoints of the fault. */
  readonly connectionsLost: number;
  /** Injection → acceptance of the first connection that took the place of one of them; null: none did. */
  readonly firstReconnectMs: number | null;
  /** Streams that lost their last working connection between injection and lift, at the endpoints of the fault. */
  readonly streamsLost: number;
  readonly streamsNeverBack: number;
  /** Injection → the last of these streams was subscribed again; null: none was lost, or not all came back. */
  readonly allStreamsBackMs: number | null;
}

/** What the exchange saw of a program that knows nothing of mp-bench. */
export interface Observation {
  readonly venue: string;
  readonly endpoints: number;
  readonly tls: boolean;
  readonly rttMs: number;
  readonly program: ObservedProgram;
  readonly connections: ObservedConnections;
  readonly requests: ObservedRequests;
  readonly reconnects: { readonly http: ObservedReconnects; readonly stream: ObservedReconnects };
  readonly streams: ObservedStreams;
  /** Rules of the venue that the program broke, by name. */
  readonly limitsBroken: Readonly<Record<string, number>>;
  /** Faults that the scenario plans; those after the program's end were not injected. */
  readonly faultsPlanned: number;
  readonly faults: readonly ObservedFault[];
}
