/** Messages between the main process and the exchange process. Everything is plain data (structured clone). */

/** The emulated network between client and exchange. With all of it at 0 it is not there at all. */
export interface LinkConfig {
  readonly rttMs: number;
  /** Standard deviation of a one-way trip around half the round trip; 0 when left out. */
  readonly jitterMs?: number;
  /** What a connection carries in each direction, in bits a second; unlimited when left out. */
  readonly bitsPerSecond?: number;
}

/** What goes wrong, with its particulars. Each kind has a file in `faults/`. */
export type FaultSpec =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }
  /** A newcomer's first bytes (TLS), or its upgrade, are answered only after this delay. */
  | { readonly kind: 'slow-handshake'; readonly delayMs: number }
  | { readonly kind: 'tls-failure' }
  | { readonly kind: 'truncated-body' }
  /** Requests are answered with this status in the venue's own words. */
  | { readonly kind: 'http-error'; readonly status: number }
  | { readonly kind: 'close-code'; readonly code: number; readonly reason: string }
  | { readonly kind: 'lost-ack' }
  | { readonly kind: 'stream-stall' }
  | { readonly kind: 'drop-messages' }
  | { readonly kind: 'duplicate-messages' }
  | { readonly kind: 'reorder-messages' }
  | { readonly kind: 'crossed-book' }
  | { readonly kind: 'wrong-checksum' }
  /** The endpoint moves to another loopback address; its name resolves there from now on. */
  | { readonly kind: 'dns-change' }
  /** All connections of the scope are cut at once; newcomers are served. */
  | { readonly kind: 'cut-all' }
  /** Streams are told in the venue's manner, and cut this much later. */
  | { readonly kind: 'maintenance-notice'; readonly leadMs: number };

export type FaultKind = FaultSpec['kind'];

/** What a fault is limited to; without any of it, everything. */
export interface FaultScope {
  /** Index of the endpoint; null: every endpoint of the site. */
  readonly endpoint: number | null;
  /** Messages and subscriptions of this symbol only, in the venue's spelling. */
  readonly symbol?: string;
  /** Share of the connections (or requests, or messages: what the fault is about) that it hits, drawn by the seed. */
  readonly share?: number;
}

/** A fault to inject into a site; `atMs` is of the system-wide monotonic clock. */
export type FaultPlan = FaultSpec &
  FaultScope & { readonly id: string; readonly atMs: number; readonly durationMs: number };

/** What really happened: stamped when it took effect. */
export interface FaultStamp {
  readonly id: string;
  readonly kind: FaultKind;
  /** Null for a fault of every endpoint. */
  readonly endpoint: number | null;
  readonly injectedAtMs: number;
  /** Null while the fault lasts. */
  readonly liftedAtMs: number | null;
  /** Connections of the endpoint that were open at injection. */
  readonly openAtInjection: number;
  /** Connections, requests or messages (what the fault is about) that it really hit; 0 means it was not felt. */
  readonly touched: number;
}

/**
 * A site is one venue (or several) with endpoints of its own, opened for one launch of one arm: whoever connects to
 * its ports is that arm, so no connection can be booked on the wrong account. Endpoints are numbered through: those
 * of the first venue, then those of the second, and so on.
 */
export interface SiteConfig {
  readonly id: string;
  readonly venues: readonly string[];
  readonly seed: string;
  /** Endpoints of each venue. */
  readonly endpoints: number;
  readonly tls: boolean;
  readonly symbols: number;
  /** Scales every market rate; 1 is the mean of a normal day. */
  readonly activity: number;
  readonly link: LinkConfig;
  /** Whether a broken rule has the venue's consequences, or is only counted (which is the default). */
  readonly limits?: 'observe' | 'enforce';
  /** Multiplies every duration of the venue's rules; 1 when left out. See rules.ts for what is refused. */
  readonly timeScale?: number;
  /** Single rules set to other numbers, by name; each must be a rule of every venue of the site. */
  readonly rules?: Readonly<Record<string, number>>;
  /** Address to listen on; 127.0.0.1 when left out. */
  readonly host?: string;
  /** Port of the first endpoint, the others follow on; the system chooses when left out. */
  readonly port?: number;
  /** Whether permessage-deflate is agreed to when a client offers it; false when left out. */
  readonly deflate?: boolean;
}

export interface EndpointInfo {
  readonly venue: string;
  readonly rest: string;
  readonly ws: string;
}

export interface SiteInfo {
  readonly id: string;
  readonly endpoints: readonly EndpointInfo[];
  /** PEM of the certificate authority made for this run; null without TLS. */
  readonly ca: string | null;
  /** Symbols by venue in its own spelling, most active first. */
  readonly symbols: Readonly<Record<string, readonly string[]>>;
}

/** Counters of a site since it opened. They only grow. */
export interface LedgerCounts {
  readonly accepted: number;
  readonly handshakesFull: number;
  readonly handshakesResumed: number;
  /** Accepted connections that ended before they were usable (TLS handshake incomplete). */
  readonly cutInHandshake: number;
  readonly closedByClient: number;
  readonly closedByExchange: number;
  readonly closedByFault: number;
  /** Complete requests received, WebSocket upgrades not included. */
  readonly requests: number;
  /** Responses handed whole to the socket. */
  readonly responses: number;
  readonly responsesByStatus: Readonly<Record<string, number>>;
  /** Requests on a connection that had completed a response before. */
  readonly reusedRequests: number;
  readonly upgrades: number;
  readonly upgradesRefused: number;
  readonly subscribes: number;
  readonly unsubscribes: number;
  readonly messagesSent: number;
  readonly pingsSent: number;
  readonly pongsReceived: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Rules of the venue that clients broke, by name. */
  readonly violations: Readonly<Record<string, number>>;
  /** Close frames that the exchange sent, by code. */
  readonly closesByCode: Readonly<Record<string, number>>;
}

/** Integrals over time in connection-milliseconds since the site opened, exact from events. */
export interface LedgerIntegrals {
  /** ∫ connections usable (handshake done, not closed) dt */
  readonly openMs: number;
  /** ∫ usable connections not under a fault dt; a connection is under one from injection to its close or the lift */
  readonly healthyMs: number;
  /** ∫ live subscriptions dt */
  readonly subscribedMs: number;
}

/** One connection as the exchange saw it; matched with the client's by endpoint, remote port and ordinal. */
export interface LedgerConnection {
  readonly endpoint: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The how-manieth connection from this address and port to this endpoint, from 0. */
  readonly ordinal: number;
  readonly acceptedAtMs: number;
  readonly readyAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly endedBy: 'client' | 'exchange' | 'fault' | null;
  readonly tls: 'full' | 'resumed' | 'none' | null;
  readonly upgraded: boolean;
  readonly requests: number;
  readonly responses: number;
}

/** One subscription of one connection as the exchange served it. */
export interface LedgerSubscription {
  readonly stream: string;
  readonly endpoint: number;
  readonly remotePort: number;
  readonly startedAtMs: number;
  readonly firstMessageAtMs: number | null;
  readonly endedAtMs: number | null;
  /** How it ended: by the client's unsubscribe, or with its connection. Null while it lasts. */
  readonly endedBy: 'unsubscribe' | 'connection' | null;
  /** First id that could be sent, and the first that no longer could (null while it lasts). */
  readonly fromId: number;
  readonly untilId: number | null;
  readonly messagesSent: number;
  /** Ids sent, as inclusive ranges. */
  readonly sent: readonly (readonly [number, number])[];
}

export interface LedgerSnapshot {
  readonly atMs: number;
  readonly counts: LedgerCounts;
  readonly integrals: LedgerIntegrals;
  readonly faults: readonly FaultStamp[];
  /** Connections that are open, or were closed since the last snapshot; each closed one is handed out once. */
  readonly connections: readonly LedgerConnection[];
  readonly subscriptions: readonly LedgerSubscription[];
  /** Rows dropped because the bound was reached; a witness check over rows is void when this is not zero. */
  readonly rowsDropped: number;
}

export type ExchangeRequest =
  | { readonly kind: 'open'; readonly site: SiteConfig }
  | { readonly kind: 'link'; readonly site: string; readonly link: LinkConfig }
  | { readonly kind: 'inject'; readonly site: string; readonly faults: readonly FaultPlan[] }
  | { readonly kind: 'snapshot'; readonly site: string }
  /** Closes listeners and connections; answers with the last snapshot. */
  | { readonly kind: 'close'; readonly site: string }
  | { readonly kind: 'shutdown' };

export type ExchangeResponse =
  | { readonly kind: 'opened'; readonly site: SiteInfo }
  | { readonly kind: 'done' }
  | { readonly kind: 'snapshot'; readonly snapshot: LedgerSnapshot }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
