import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Connection } from './connection.js';
import type { Ledger } from './ledger.js';
import type { RestResponse, Venue } from './venue.js';

const FAILED: RestResponse = { status: 500, headers: { 'content-type': 'text/plain' }, body: 'internal error\n' };

/** Answers the requests of `server` from the venue, and keeps them in the ledger. */
export function serveRest(
  server: Server,
  venue: Venue,
  ledger: Ledger,
  connections: WeakMap<object, Connection>,
): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (!connection) return;
    request.on('error', ignore);
    response.on('error', ignore);
    request.once('end', () => {
      if (connection.silenced) return;
      ledger.request(connection.entry);
      const answer = answerOf(venue, request, connection, ledger);
      response.once('finish', () => {
        if (!request.socket.destroyed) ledger.response(connection.entry, answer.status);
      });
      response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
      response.end(answer.body);
    });
    request.resume();
  });
}

function answerOf(venue: Venue, request: IncomingMessage, connection: Connection, ledger: Ledger): RestResponse {
  const { path, query } = splitTarget(request.url ?? '/');
  const { remoteAddress } = connection;
  try {
    return venue.rest({ method: request.method ?? 'GET', path, query, remoteAddress });
  } catch {
    // One request that the venue cannot digest must not end the site; the count makes it visible.
    ledger.violated('exchange-error');
    return FAILED;
  }
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

function ignore(): void {
  // An aborted request has no answer, and its connection's end is counted elsewhere.
}
