import type { HttpAttempt } from './contracts.js';
import type { HttpLease } from './order.js';

/** What listeners hear of one try that has ended. */
export function attemptOf(
  { endpoint, connectionId, connection }: HttpLease,
  errorKind: HttpAttempt['errorKind'],
  times: Pick<HttpAttempt, 'again' | 'startedAtMs' | 'endedAtMs'>,
): HttpAttempt {
  const { localPort } = connection;
  return { endpoint, connectionId, localPort, ok: errorKind === undefined, errorKind, ...times };
}
