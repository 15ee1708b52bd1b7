import type { CloseReason, ConnectionAccounts } from '../accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from '../contracts.js';
import type { Backoff } from './backoff.js';
import { type ConnectionEnd, WebSocketConnection } from './connection.js';
import { rowOf } from './connection-rows.js';
import { WebSocketDialError } from './dial-websocket.js';
import type { ConnectionEndReason, StreamPoolEvent } from './events.js';
import { addFrames, type FrameCounts, noFrames } from './frame-counts.js';
import type { ResolvedOptions } from './options.js';
import type { StreamAccounts } from './stream-accounts.js';
import type { StreamTransport } from './transport.js';
import type { VenueBudget } from './venue-budget.js';

export interface StreamConnectionsParts {
  readonly backoff: Backoff;
  readonly budget: VenueBudget;
  /** Where connections are booked. */
  readonly accounts: ConnectionAccounts;
  readonly streams: StreamAccounts;
}

export interface StreamConnectionsListener {
  event(event: StreamPoolEvent): void;
  /** The connection will say nothing more; its streams need another. */
  ended(connection: WebSocketConnection, end: ConnectionEnd): void;
}

/** Makes connections for the generic pool, and keeps the witness's account of every one. */
export class StreamConnections implements ConnectionFactory<WebSocketConnection> {
  readonly #options: ResolvedOptions;
  readonly #parts: StreamConnectionsParts;
  readonly #listener: StreamConnectionsListener;
  readonly #open = new Set<WebSocketConnection>();
  readonly #sockets = new Set<Promise<void>>();
  readonly #endedFrames = noFrames();
  #endedRequests = 0;
  #dials = 0;
  #requestIds = 0;

  constructor(options: ResolvedOptions, parts: StreamConnectionsParts, listener: StreamConnectionsListener) {
    this.#options = options;
    this.#parts = parts;
    this.#listener = listener;
  }

  async connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<WebSocketConnection>> {
    const { protocol, dial, clock, origins } = this.#options;
    const { backoff, budget, accounts } = this.#parts;
    this.#dials += 1;
    const id = this.#dials;
    const endpointIndex = origins.indexOf(endpoint.origin);
    accounts.dialBegan();
    let ended: (() => void) | undefined;
    try {
      // Most have waited before they were asked for; those that keep up the least number of connections have not.
      await backoff.turn(signal);
      ended = await budget.connects?.take(signal);
      const beganAtMs = clock.now();
      const { transport, parts } = await dial(endpoint.origin + protocol.path, signal);
      const connection = this.#connection(id, endpointIndex, transport);
      accounts.opened(clock.now() - beganAtMs, parts);
      this.#opened(connection);
      return { connection, parts };
    } catch (error) {
      accounts.dialFailed();
      this.#dialFailed(id, endpointIndex, error as Error);
      throw error;
    } finally {
      ended?.();
    }
  }

  /** Good once the peer has given a sign of life; asked only on trial, for a connection that carries streams shows it. */
  check(connection: WebSocketConnection): Promise<boolean> {
    return new Promise((resolve) => {
      connection.usedBy({ alive: () => resolve(true), leaving: () => resolve(false) });
      connection.ping();
    });
  }

  close(connection: WebSocketConnection, reason: CloseReason): void {
    connection.close(reason);
  }

  onClosed(connection: WebSocketConnection, listener: (error?: Error) => void): void {
    connection.onDied((error) => {
      // First of all: the listener may dial at once.
      this.#parts.backoff.broke(connection.openedAtMs);
      listener(error);
    });
  }

  /** The connections open now. */
  get open(): ReadonlySet<WebSocketConnection> {
    return this.#open;
  }

  /** Frames and requests over all connections so far. */
  counts(): { readonly frames: FrameCounts; readonly requestsSent: number } {
    const frames = { ...this.#endedFrames };
    let requestsSent = this.#endedRequests;
    for (const connection of this.#open) {
      addFrames(frames, connection.frames);
      requestsSent += connection.requestsSent;
    }
    return { frames, requestsSent };
  }

  /** Resolves when no socket is left of those opened so far. */
  async gone(): Promise<void> {
    await Promise.all(this.#sockets);
  }

  #connection(id: number, endpointIndex: number, transport: StreamTransport): WebSocketConnection {
    const { protocol, clock, ackTimeoutMs, ackTries, silenceTimeoutMs, pingTimeoutMs } = this.#options;
    return new WebSocketConnection(transport, {
      id,
      endpointIndex,
      protocol,
      clock,
      ackTimeoutMs,
      ackTries,
      budget: this.#parts.budget.requests,
      silenceTimeoutMs,
      pingTimeoutMs,
      nextRequestId: () => (this.#requestIds += 1),
      onRoundTrip: (ms) => this.#parts.streams.pingMs.record(ms),
      onEnd: (ended, end) => this.#ended(ended, end),
    });
  }

  #opened(connection: WebSocketConnection): void {
    this.#parts.backoff.opened();
    this.#open.add(connection);
    this.#sockets.add(connection.gone);
    void connection.gone.then(() => this.#sockets.delete(connection.gone));
    this.#listener.event({ kind: 'opened', ...rowOf(connection) });
  }

  #dialFailed(connectionId: number, endpointIndex: number, error: Error): void {
    const known = error instanceof WebSocketDialError ? error : undefined;
    this.#listener.event({
      kind: 'dialFailed',
      connectionId,
      endpointIndex,
      localPort: known?.localPort ?? null,
      stage: known?.stage ?? null,
      atMs: this.#options.clock.now(),
      error,
    });
  }

  #ended(connection: WebSocketConnection, end: ConnectionEnd): void {
    const atMs = this.#options.clock.now();
    const row = rowOf(connection);
    this.#open.delete(connection);
    addFrames(this.#endedFrames, connection.frames);
    this.#endedRequests += connection.requestsSent;
    this.#parts.accounts.connectionClosed(
      end.by === 'pool' ? end.reason : 'broken',
      atMs - connection.openedAtMs,
      atMs,
    );
    if (end.by === 'dead') {
      const streams = connection.carriers.map(({ stream }) => stream);
      this.#listener.event({ kind: 'declaredDead', ...row, atMs, heardAtMs: end.heardAtMs, streams });
    }
    this.#listener.event({ kind: 'closed', ...row, closedAtMs: atMs, reason: reasonOf(end) });
    this.#listener.ended(connection, end);
  }
}

function reasonOf(end: ConnectionEnd): ConnectionEndReason {
  if (end.by === 'pool') return end.reason;
  return end.by === 'dead' ? 'declaredDead' : 'peer';
}
