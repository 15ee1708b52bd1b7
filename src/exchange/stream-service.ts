import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.js';
import { declineOffer } from './decline-offer.js';
import type { Ledger } from './ledger.js';
import { ConnectionSink } from './stream-sink.js';
import type { Refusal, RestResponse, StreamSession, Venue } from './venue.js';

const BAD_UPGRADE: RestResponse = { status: 400, headers: {}, body: '' };

export interface StreamServiceParts {
  readonly ledger: Ledger;
  readonly connections: WeakMap<object, Connection>;
  readonly deflate: boolean;
}

/** Answers the WebSocket upgrades of `server` with sessions of the venue behind each connection. */
export function serveStreams(server: Server, parts: StreamServiceParts): void {
  const { ledger, connections } = parts;
  const handshakes = new Map<Venue, WebSocketServer>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const connection = connections.get(socket);
    if (!connection || connection.silenced) return;
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      declineOffer(server, request, socket, head);
      return;
    }
    const sink = new ConnectionSink(connection, ledger);
    const session = openSession(request, connection, sink, ledger);
    if ('refuse' in session) {
      connection.endedByExchange();
      ledger.upgradeRefused();
      for (const rule of session.refuse.violated ?? []) ledger.violated(rule);
      refuse(socket, session.refuse);
      return;
    }
    connection.onClosed(() => {
      session.end();
    });
    const { venue } = connection.served;
    const handshake = handshakes.get(venue) ?? handshakeOf(venue, parts);
    handshakes.set(venue, handshake);
    handshake.handleUpgrade(request, socket, head, (webSocket) => {
      connection.upgraded();
      converse(webSocket, session, connection, ledger);
      sink.attach(webSocket);
    });
  });
}

function handshakeOf(venue: Venue, { ledger, connections, deflate }: StreamServiceParts): WebSocketServer {
  const handshake = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: deflate,
    autoPong: false,
    maxPayload: venue.maxMessageBytes,
  });
  handshake.on('wsClientError', (_error, socket) => {
    connections.get(socket)?.endedByExchange();
    ledger.upgradeRefused();
    refuse(socket, BAD_UPGRADE);
  });
  return handshake;
}

function openSession(
  request: IncomingMessage,
  connection: Connection,
  sink: ConnectionSink,
  ledger: Ledger,
): StreamSession | Refusal {
  const { served } = connection;
  try {
    const { headers, url: path = '/' } = request;
    return served.venue.open({ path, headers, ...served.originOf(connection) }, sink);
  } catch {
    ledger.violated('exchange-error');
    return { refuse: { status: 500, headers: {}, body: '' } };
  }
}

function converse(webSocket: WebSocket, session: StreamSession, connection: Connection, ledger: Ledger): void {
  const guarded = (action: () => void): void => {
    if (connection.silenced || connection.entry.ending) return;
    try {
      action();
    } catch {
      ledger.violated('exchange-error');
      connection.endedByExchange();
      webSocket.close(1011);
    }
  };
  webSocket.on('message', (data: Buffer) => {
    guarded(() => {
      session.receive(data.toString());
    });
  });
  webSocket.on('pong', (data) => {
    guarded(() => {
      ledger.pongReceived();
      session.pong(data.toString());
    });
  });
  webSocket.on('ping', (data) => {
    guarded(() => {
      webSocket.pong(data);
      session.pinged(data.toString());
    });
  });
  webSocket.on('error', () => {
    ledger.violated('websocket-protocol');
    connection.endedByExchange();
  });
}

function refuse(socket: Duplex, { status, headers, body }: RestResponse): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push('connection: close', `content-length: ${Buffer.byteLength(body)}`, '', '');
  socket.write(lines.join('\r\n'));
  socket.end(body, () => socket.destroy());
}
