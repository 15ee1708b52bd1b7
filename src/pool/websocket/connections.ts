import type { CloseReason } from '../accounts.js';
import type { ConnectionFactory, Dialed, PoolEndpoint } from '../contracts.js';
import type { Backoff } from './backoff.js';
import { type ConnectionEnd, type FrameCounts, WebSocketConnection } from './connection.js';
import { WebSocketDialError } from './dial-websocket.js';
import type { ConnectionEndReason, ConnectionRow, StreamPoolEvent } from './events.js';
import type { ResolvedOptions } from './options.js';

export interface StreamConnectionsListener {
  event(event: StreamPoolEvent): void;
  /** The connection will say nothing more; its streams need another. */
  ended(connection: WebSocketConnection, end: ConnectionEnd): void;
}

/** Makes connections for the generic pool, and keeps the witness's account of every one. */
export class StreamConnections implements ConnectionFactory<WebSocketConnection> {
  readonly #options: ResolvedOptions;
  readonly #backoff: Backoff;
  readonly #listener: StreamConnectionsListener;
  readonly #open = new Set<WebSocketConnection>();
  readonly #sockets = new Set<Promise<void>>();
  readonly #endedFrames = noFrames();
  #endedRequests = 0;
  #dials = 0;
  #requestIds = 0;

  constructor(options: ResolvedOptions, backoff: Backoff, listener: StreamConnectionsListener) {
    this.#options = options;
    this.#backoff = backoff;
    this.#listener = listener;
  }

  async connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<WebSocketConnection>> {
    const { protocol, dial, clock, ackTimeoutMs, silenceTimeoutMs, pingTimeoutMs } = this.#options;
    this.#dials += 1;
    const id = this.#dials;
    const endpointIndex = this.#options.origins.indexOf(endpoint.origin);
    try {
      const { transport, parts } = await dial(endpoint.origin + protocol.path, signal);
      const connection = new WebSocketConnection(transport, {
        id,
        endpointIndex,
        protocol,
        clock,
        ackTimeoutMs,
        silenceTimeoutMs,
        pingTimeoutMs,
        nextRequestId: () => (this.#requestIds += 1),
        onEnd: (ended, end) => this.#ended(ended, end),
      });
      this.#opened(connection);
      return { connection, parts };
    } catch (error) {
      this.#dialFailed(id, endpointIndex, error as Error);
      throw error;
    }
  }

  close(connection: WebSocketConnection, reason: CloseReason): void {
    connection.close(reason);
  }

  onClosed(connection: WebSocketConnection, listener: (error?: Error) => void): void {
    connection.onDied(listener);
  }

  rows(): readonly ConnectionRow[] {
    return [...this.#open].map(rowOf);
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

  #opened(connection: WebSocketConnection): void {
    this.#backoff.opened();
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
    if (end.by !== 'pool') this.#backoff.broke(connection.openedAtMs);
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

function rowOf({ id, endpointIndex, localPort, openedAtMs }: WebSocketConnection): ConnectionRow {
  return { connectionId: id, endpointIndex, localPort, openedAtMs };
}

function noFrames(): FrameCounts {
  return { pingsReceived: 0, pongsReceived: 0, pingsSent: 0, otherReceived: 0, strays: 0 };
}

function addFrames(sum: FrameCounts, added: FrameCounts): void {
  sum.pingsReceived += added.pingsReceived;
  sum.pongsReceived += added.pongsReceived;
  sum.pingsSent += added.pingsSent;
  sum.otherReceived += added.otherReceived;
  sum.strays += added.strays;
}
