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
  /** Newcomers meet an alert (the default), or the certificate of an authority that nobody trusts. */
  | { readonly kind: 'tls-failure'; readonly by?: 'alert' | 'certificate' }
  | { readonly kind: 'truncated-body' }
  /** Requests, and upgrades, are answered with this status in the venue's own words. */
  | { readonly kind: 'http-error'; readonly status: number }
  /** Streams that are open at injection end with this close frame; newcomers are served. */
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
  /** All connections of the scope are cut at once, by FIN unless it says otherwise; newcomers are served. */
  | { readonly kind: 'cut-all'; readonly by?: 'fin' | 'rst' }
  /** Streams are told in the venue's manner, and cut this much later; it has to last as long. */
  | { readonly kind: 'maintenance-notice'; readonly leadMs: number }
  /** A connection that was idle for this long is closed just as its next request arrives. */
  | { readonly kind: 'idle-close'; readonly afterMs: number };

export type FaultKind = FaultSpec['kind'];

/** A kind of fault with its particulars. */
export type FaultSpecOf<K extends FaultKind> = Extract<FaultSpec, { readonly kind: K }>;

/** What a fault is limited to; without any of it, everything. */
export interface FaultScope {
  /** Index of the endpoint; null: every endpoint of the site. */
  readonly endpoint: number | null;
  /**
   * What is about this symbol only, in the venue's spelling: messages and streams of it, connections that carry a
   * stream of it, requests that name it. Not for faults of whole endpoints and of newcomers.
   */
  readonly symbol?: string;
  /**
   * Share of the connections (or requests, messages, streams: what the fault is about) that it hits, each drawn by the
   * seed. Not for faults of whole endpoints.
   */
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
  /** Connections, requests, messages or streams (what it is about) that it really hit; 0 means it was not felt. */
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
  /** Market time in ms at which it opens (default 0); ids go on from there. */
  readonly ageMs?: number;
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
  /** Whether the endpoints' names are served by a name server of the site; false when left out. */
  readonly dns?: boolean;
}

export interface EndpointInfo {
  readonly venue: string;
  /** What the site's name server calls it, and its certificate: `endpoint-0.binance.test`. */
  readonly name: string;
  readonly rest: string;
  readonly ws: string;
}

export interface SiteInfo {
  readonly id: string;
  readonly endpoints: readonly EndpointInfo[];
  /** PEM of the certificate authority made for this run; null without TLS. */
  readonly ca: string | null;
  /** Address and UDP port of the name server, `127.0.0.1:<port>`; null without one. */
  readonly dns: string | null;
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
  /** Subscriptions that ended with their connection. */
  readonly subscriptionsLost: number;
  readonly messagesSent: number;
  /** Messages that a fault kept from being sent; they are not among `messagesSent`. */
  readonly withheld: number;
  /**
   * Messages that fell due on a stream while no working connection carried it: from the loss of the last one that did
   * (see `lostAtMs`) to the next subscribe of that stream, wherever it arrives. A silenced connection swallows what is
   * sent on it, so that such messages are among `messagesSent` too.
   */
  readonly unsentWhileDown: number;
  readonly pingsSent: number;
  readonly pongsReceived: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Rules of the venue that clients broke, by name; `(other)` takes those beyond the first 256 names. */
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
  /**
   * The how-manieth connection from this address and port to this endpoint, from 0. Once a site has seen more remotes
   * than it can remember, a new one starts higher; no two connections ever share endpoint, remote and ordinal.
   */
  readonly ordinal: number;
  readonly acceptedAtMs: number;
  readonly readyAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly endedBy: 'client' | 'exchange' | 'fault' | null;
  readonly tls: 'full' | 'resumed' | 'none' | null;
  readonly upgraded: boolean;
  readonly requests: number;
  readonly responses: number;
  /**
   * When it stopped to work for its client, and not by the client's doing: ended by the exchange, cut by a fault, or
   * silenced by one (which leaves it open). Left out of a connection that this never happened to.
   */
  readonly lostAtMs?: number;
}

/** What one connection carried beside its requests. */
export interface LedgerTraffic {
  /** Bytes on the wire below TLS; of an ended connection, until its socket was gone or the row was handed out. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Subscriptions that began on it. */
  readonly subscribes: number;
}

export type LedgerConnectionRow = LedgerConnection & LedgerTraffic;

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
  /** When its connection was lost under it; left out when it was not. */
  readonly lostAtMs?: number;
  /** Ids sent, as inclusive ranges; the newest of them when a bound was reached (see `rangesDropped`). */
  readonly sent: readonly (readonly [number, number])[];
}

/** Counters, integrals and stamps of a site at a moment, and what its bounds made it forget. */
export interface LedgerState {
  readonly atMs: number;
  readonly counts: LedgerCounts;
  readonly integrals: LedgerIntegrals;
  readonly faults: readonly FaultStamp[];
  /** Rows dropped because the bound was reached; a witness check over rows is void when this is not zero. */
  readonly rowsDropped: number;
  /** Ranges of ids sent that were dropped, each subscription's oldest first; then `sent` is short of `messagesSent`. */
  readonly rangesDropped: number;
  /** Stamps of faults that were dropped, the oldest lifted ones first. */
  readonly stampsDropped: number;
  readonly kept: LedgerSizes;
}

export interface LedgerSnapshot extends LedgerState {
  /** Connections that are open, or were closed since the last snapshot; each closed one is handed out once. */
  readonly connections: readonly LedgerConnectionRow[];
  readonly subscriptions: readonly LedgerSubscription[];
}

/** A look at the ledger that takes nothing away from the next snapshot. */
export interface LedgerView extends LedgerState {
  readonly openConnections: readonly LedgerConnectionRow[];
  readonly liveSubscriptions: readonly LedgerSubscription[];
  /** The last ones that ended, oldest first; at most 1,000. */
  readonly endedConnections: readonly LedgerConnectionRow[];
  readonly endedSubscriptions: readonly LedgerSubscription[];
}

/** How much the ledger holds; each has a bound, so that its memory does not depend on how long it has run. */
export interface LedgerSizes {
  /** Ended connections and subscriptions that wait for a snapshot (in a snapshot none) or are the last ones. */
  readonly endedRows: number;
  /** Ranges of ids, of live subscriptions and of ended rows. */
  readonly ranges: number;
  /** Client addresses and ports whose connections are numbered. */
  readonly remotes: number;
  readonly stamps: number;
  /** Names that have a counter: statuses, violations, close codes. */
  readonly names: number;
}

export type ExchangeRequest =
  | { readonly kind: 'open'; readonly site: SiteConfig }
  | { readonly kind: 'link'; readonly site: string; readonly link: LinkConfig }
  | { readonly kind: 'inject'; readonly site: string; readonly faults: readonly FaultPlan[] }
  | { readonly kind: 'snapshot'; readonly site: string }
  /** Closes listeners and connections; answers with the last snapshot. */
  | { readonly kind: 'close'; readonly site: string }
  | { readonly kind: 'shutdown' };

/** What the exchange process answers: what its host does, and looks at a ledger that consume nothing of it. */
export type ProcessRequest = ExchangeRequest | { readonly kind: 'view'; readonly site: string };

export type ExchangeResponse =
  | { readonly kind: 'opened'; readonly site: SiteInfo }
  | { readonly kind: 'done' }
  | { readonly kind: 'snapshot'; readonly snapshot: LedgerSnapshot }
  | { readonly kind: 'viewed'; readonly view: LedgerView }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
