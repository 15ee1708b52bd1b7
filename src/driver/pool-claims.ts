import type { HttpConnectionPool, HttpErrorKind, StreamPoolEvent, WebSocketConnectionPool } from '../pool/index.js';
import type { ClaimedConnection, ClaimsBook } from './claims.js';
import type { DriverContext } from './driver.js';
import type { ErrorKind } from './operation-error.js';

/** Failures of the pool's attempts in the classes that metrics use. */
export const FAILURE_KINDS: Readonly<Record<HttpErrorKind, ErrorKind>> = {
  refused: 'refused',
  reset: 'reset',
  timeout: 'timeout',
  tls: 'tls',
  aborted: 'aborted',
  protocol: 'protocol',
  closed: 'aborted',
  queueFull: 'aborted',
};

const NOTHING_YET = {
  connected: true,
  openedAtMs: null,
  closedAtMs: null,
  requestsSent: 0,
  responsesReceived: 0,
} as const;

/** Writes down what an HTTP pool says of its connections and attempts. */
export function claimHttp(pool: HttpConnectionPool, { claims, clock, endpoints }: DriverContext): void {
  const rows = new Map<number, ClaimedConnection>();
  pool.onConnection((event) => {
    if (event.kind === 'opened') {
      const { endpointIndex: endpoint, localPort, openedAtMs, connectionId } = event;
      rows.set(
        connectionId,
        claims.connection({ ...NOTHING_YET, carries: 'requests', endpoint, localPort, openedAtMs }),
      );
      return;
    }
    const { closedAtMs, requestsSent, responsesReceived } = event;
    Object.assign(rows.get(event.connectionId) ?? {}, { closedAtMs, requestsSent, responsesReceived });
    rows.delete(event.connectionId);
  });
  pool.onDialFailure(({ endpointIndex: endpoint, localPort, stage, atMs }) => {
    if (localPort === null) return;
    const connected = stage === 'tls';
    claims.connection({ ...NOTHING_YET, carries: 'requests', connected, endpoint, localPort, closedAtMs: atMs });
  });
  pool.onAttempt(({ errorKind, again }) => {
    claims.attempt(errorKind === undefined ? null : FAILURE_KINDS[errorKind], again);
  });
  const origins = endpoints.map(({ rest }) => rest);
  pool.on((event) => {
    if (event.kind === 'endpointDown') claims.declaredDead(origins.indexOf(event.endpoint.origin), clock.now());
  });
  claims.countFailovers(() => pool.counters.failovers);
}

/** A connection's row in the book, and its endpoint as the driver numbers them. */
interface CarrierRow {
  readonly row: ClaimedConnection;
  readonly endpoint: number;
}

/** Writes down what a pool of streams says of its connections, and of streams whose data stopped. */
export function claimStreams(pool: WebSocketConnectionPool, { claims }: DriverContext): void {
  const rows = new Map<number, CarrierRow>();
  /** The endpoint that acknowledged each stream last. */
  const carriers = new Map<string, number>();
  pool.on((event) => {
    claimConnection(event, rows, claims);
    if (event.kind === 'acknowledged') {
      claims.subscriptionAcknowledged();
      carriers.set(event.stream, rows.get(event.connectionId)?.endpoint ?? 0);
    } else if (event.kind === 'stale') {
      // Its connection lives, but brings nothing of the stream.
      claims.declaredDead(carriers.get(event.stream) ?? 0, event.atMs);
    }
  });
  claims.countFailovers(() => pool.stats().failovers);
}

function claimConnection(event: StreamPoolEvent, rows: Map<number, CarrierRow>, claims: ClaimsBook): void {
  if (event.kind === 'opened' && event.localPort !== null) {
    const { endpointIndex: endpoint, localPort, openedAtMs, connectionId } = event;
    const row = claims.connection({ ...NOTHING_YET, carries: 'streams', endpoint, localPort, openedAtMs });
    rows.set(connectionId, { row, endpoint });
  } else if (event.kind === 'closed') {
    const { connectionId, endpointIndex, closedAtMs, reason } = event;
    Object.assign(rows.get(connectionId)?.row ?? {}, { closedAtMs });
    if (reason === 'peer' || reason === 'declaredDead') claims.declaredDead(endpointIndex, closedAtMs);
    rows.delete(connectionId);
  } else if (event.kind === 'dialFailed' && event.localPort !== null) {
    const { endpointIndex: endpoint, localPort, stage, atMs } = event;
    const connected = stage !== 'tcp' && stage !== 'dns';
    claims.connection({ ...NOTHING_YET, carries: 'streams', connected, endpoint, localPort, closedAtMs: atMs });
  }
}
