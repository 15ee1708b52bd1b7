import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Connection } from './connection.js';
import type { ActiveFaults } from './faults/index.js';
import type { Ledger } from './ledger.js';
import type { RestResponse } from './venue.js';

const MAX_BODY_BYTES = 1 << 20;
const TOO_LARGE: RestResponse = {
  status: 413,
  headers: { 'content-type': 'text/plain' },
  body: 'too large\n',
  close: true,
};
const FAILED: RestResponse = { status: 500, headers: { 'content-type': 'text/plain' }, body: 'internal error\n' };

export interface RestServiceParts {
  readonly ledger: Ledger;
  readonly connections: WeakMap<object, Connection>;
  readonly faults: ActiveFaults;
}

/** Answers the requests of `server` from the venue behind each connection, and keeps them in the ledger. */
export function serveRest(server: Server, parts: RestServiceParts): void {
  const { connections } = parts;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (!connection) return;
    request.on('error', ignore);
    response.on('error', ignore);
    const body = new RequestBody(request);
    request.once('end', () => {
      if (connection.silenced) return;
      answer({ request, response, body, connection }, parts);
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly connection: Connection;
}

function answer(exchange: Exchange, parts: RestServiceParts): void {
  const { request, body, connection } = exchange;
  const { ledger, faults } = parts;
  if (faults.requests.none) {
    ledger.request(connection.entry);
    respond(exchange, genuine(exchange, ledger), parts);
    return;
  }
  const faultable = { target: request.url ?? '/', body: body.text() };
  // What ends the connection was under way before the request: the exchange never read it.
  if (faults.requests.takes(connection, faultable)) return;
  ledger.request(connection.entry);
  const answer = faults.requests.answer(connection, faultable, connection.served.venue) ?? genuine(exchange, ledger);
  const bytes = request.method === 'HEAD' ? 0 : Buffer.byteLength(answer.body);
  respond(exchange, answer, parts, faults.requests.truncation(connection, faultable, bytes));
}

/** Sends an answer: all of it, or its head and `part` bytes, with the end of the connection behind them. */
function respond(exchange: Exchange, answer: RestResponse, { ledger, faults }: RestServiceParts, part?: number): void {
  const { request, response, connection } = exchange;
  for (const rule of answer.violated ?? []) ledger.violated(rule);
  response.once('finish', () => {
    if (request.socket.destroyed) return;
    ledger.response(connection.entry, answer.status);
    if (!faults.requests.none) faults.requests.answered(connection);
  });
  if (answer.close) response.shouldKeepAlive = false;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  if (part === undefined) {
    response.end(answer.body);
    return;
  }
  response.flushHeaders();
  response.write(Buffer.from(answer.body).subarray(0, part), () => {
    connection.close();
  });
}

function genuine({ request, body, connection }: Exchange, ledger: Ledger): RestResponse {
  return body.tooLarge ? TOO_LARGE : answerOf(request, body.text(), connection, ledger);
}

function answerOf(request: IncomingMessage, body: string, connection: Connection, ledger: Ledger): RestResponse {
  const { path, query } = splitTarget(request.url ?? '/');
  try {
    const { served } = connection;
    const method = request.method ?? 'GET';
    return served.venue.rest({ method, path, query, body, ...served.originOf(connection) });
  } catch {
    // One request that the venue cannot digest must not end the site; the count makes it visible.
    ledger.violated('exchange-error');
    return FAILED;
  }
}

/** The body of a request as it arrives; what is beyond the bound is read and thrown away. */
class RequestBody {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(request: IncomingMessage) {
    request.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (!this.tooLarge) this.#chunks.push(chunk);
    });
  }

  get tooLarge(): boolean {
    return this.#bytes > MAX_BODY_BYTES;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
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
