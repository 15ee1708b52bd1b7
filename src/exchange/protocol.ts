/** Messages between the main process and the exchange process. Everything is plain data (structured clone). */

/** The emulated network between client and exchange. At `rttMs` 0 it is not there at all. */
export interface LinkConfig {
  readonly rttMs: number;
}

export type FaultKind = 'refuse' | 'reset' | 'silence';

/** A fault to inject into one endpoint of a site; times are of the system-wide monotonic clock. */
export interface FaultPlan {
  readonly id: string;
  readonly kind: FaultKind;
  readonly endpoint: number;
  readonly atMs: number;
  readonly durationMs: number;
}

/** What really happened: stamped when it took effect. */
export interface FaultStamp {
  readonly id: string;
  readonly kind: FaultKind;
  readonly endpoint: number;
  readonly injectedAtMs: number;
  /** Null while the fault lasts. */
  readonly liftedAtMs: number | null;
  /** Connections of the endpoint that were open at injection. */
  readonly openAtInjection: number;
}

/**
 * A site is one venue with endpoints of its own, opened for one launch of one arm: whoever connects to its ports
 * is that arm, so no connection can be booked on the wrong account.
 */
export interface SiteConfig {
  readonly id: string;
  readonly venue: string;
  readonly seed: string;
  readonly endpoints: number;
  readonly tls: boolean;
  readonly symbols: number;
  /** Scales every market rate; 1 is the mean of a normal day. */
  readonly activity: number;
  readonly link: LinkConfig;
}

export interface SiteInfo {
  readonly id: string;
  readonly endpoints: readonly { readonly rest: string; readonly ws: string }[];
  /** PEM of the certificate authority made for this run; null without TLS. */
  readonly ca: string | null;
  /** Symbols of the market in the venue's spelling, most active first. */
  readonly symbols: readonly string[];
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
  readonly violations: Readonly<Record<string, number>>;
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
  readonly remotePort: number;
  /** The how-manieth connection from this port to this endpoint, from 0. */
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
