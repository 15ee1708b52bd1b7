import type { ConnectionEntry } from '../ledger-rows.js';
import type { RestResponse, StreamMessage, Venue } from '../venue.js';

/** A WebSocket of a connection, as far as faults may touch it. */
export interface FaultStream {
  /** Sends a close frame and ends the connection, booked to the fault. */
  close(code: number, reason: string): void;
  /** Tells the client in the venue's manner that the connection will be cut in `leadMs`. */
  maintenance(leadMs: number): void;
}

/** What a fault may do with one accepted connection. Each call ends or spoils it on the exchange's side at once. */
export interface FaultConnection {
  /** Index of its endpoint. */
  readonly endpoint: number;
  /** Address on which it was accepted. */
  readonly localAddress: string;
  readonly entry: ConnectionEntry;
  /** Null while it does not speak WebSocket. */
  readonly stream: FaultStream | null;
  /** Closes it as a dying process does: the kernel sends FIN. */
  close(): void;
  /** Closes it with RST. */
  reset(): void;
  /** Leaves it open and dead: nothing is answered, for good. */
  silence(): void;
}

/** One endpoint of a site, as far as faults may touch it. */
export interface FaultEndpoint {
  /** Address on which it listens, or will when it listens again. */
  readonly address: string;
  /** Connections that are open now, in their handshake or usable. */
  connections(): readonly FaultConnection[];
  /** From now on the kernel refuses newcomers. */
  stopListening(): void;
  /** Takes one `stopListening` back; settles when the endpoint listens again, if no other holds it closed. */
  listen(): Promise<void>;
  /** Listens on its other address from now on and refuses on the first; settles when it listens. */
  move(): Promise<void>;
  /** Takes one `move` back; settles when the endpoint listens. */
  moveBack(): Promise<void>;
}

/** What a fault's share is drawn for, and what its stamp counts. */
export type FaultUnit =
  /** Whole endpoints: neither a share nor a symbol makes sense. */
  | 'endpoint'
  /** Connections. With a symbol: those that carry a stream of it. */
  | 'connection'
  /** Connections in their handshake, which have no symbol yet. */
  | 'newcomer'
  /** Requests. With a symbol: those that name it in their target or their body. */
  | 'request'
  /** Market-data messages. */
  | 'message'
  /** Streams of one connection: each is drawn once and stays hit, or spared. */
  | 'subscription'
  /** Acknowledgements of subscribes and unsubscribes. */
  | 'acknowledgement';

/**
 * What goes out in place of a message, in this order; nothing at all withholds it. `after-next` puts it behind the next
 * message of the same stream.
 */
export type Outcome = readonly StreamMessage[] | 'after-next';

/** What a newcomer of a TLS site is shown: no certificate at all (an alert follows), or one nobody vouches for. */
export type WrongCertificate = 'none' | 'foreign';

/**
 * A way for the exchange to fail. All hooks are optional; a hook is called only for what is in the fault's scope
 * (endpoint, symbol, share), so that a fault never looks at it. A hook that answers `false` or `undefined` has let the
 * thing pass, and it does not count as touched.
 */
export interface Fault {
  readonly unit: FaultUnit;
  /** Each endpoint of the scope, when the fault begins. */
  readonly inject?: (endpoint: FaultEndpoint) => void | Promise<void>;
  /** Each connection that is open when the fault begins. Returns whether it was hit. */
  readonly strike?: (connection: FaultConnection) => boolean;
  /** A connection that is accepted while the fault lasts; it goes no further. */
  readonly accept?: (connection: FaultConnection) => void;
  /** What a newcomer is shown in place of the site's certificate. */
  readonly certificate?: WrongCertificate;
  /** A newcomer's TLS handshake is about to begin or, at a plain site, its upgrade: it does when `proceed` is called. */
  readonly handshake?: (proceed: () => void) => void;
  /** A request came in whole. True: its connection was ended, and nobody answers. */
  readonly request?: (connection: FaultConnection) => boolean;
  /** The answer to a request, or the refusal of an upgrade, in place of the venue's. */
  readonly answer?: (venue: Venue) => RestResponse;
  /** How many of the bytes of a body go out before the connection is cut. */
  readonly truncate?: (bodyBytes: number) => number | undefined;
  /** A whole response went out. Called for every connection of the endpoints in scope. */
  readonly answered?: (connection: FaultConnection) => void;
  /** A market-data message is about to be sent. */
  readonly publish?: (message: StreamMessage) => Outcome | undefined;
  /** An acknowledgement is about to be sent. Returns whether it is swallowed. */
  readonly acknowledge?: () => boolean;
  /** Each endpoint of the scope, when the fault ends; settles when it serves newcomers again. */
  readonly lift?: (endpoint: FaultEndpoint) => Promise<void>;
}

/** Time, for faults that need it. */
export interface FaultTime {
  now(): number;
  /** Runs `action` after `delayMs`, or at the lift if that comes first; never once the site is closing. */
  after(delayMs: number, action: () => void): void;
}
