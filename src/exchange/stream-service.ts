import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.js';
import { declineOffer } from './decline-offer.js';
import type { Ledger } from './ledger.js';
import { ConnectionSink } from './stream-sink.js';
import type { StreamSession, Venue } from './venue.js';

/** Largest message that a client may send. */
const MAX_PAYLOAD_BYTES = 1 << 20;

/** Answers the WebSocket upgrades of `server` with sessions of the venue, and keeps them in the ledger. */
export function serveStreams(
  server: Server,
  venue: Venue,
  ledger: Ledger,
  connections: WeakMap<object, Connection>,
): void {
  const handshake = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });
  handshake.on('wsClientError', (_error, socket) => {
    connections.get(socket)?.endedByExchange();
    ledger.upgradeRefused();
    refuse(socket, 400);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const connection = connections.get(socket);
    if (!connection || connection.silenced) return;
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      declineOffer(server, request, socket, head);
      return;
    }
    const sink = new ConnectionSink(connection, ledger);
    const session = openSession(venue, request.url ?? '/', sink, ledger);
    if ('refuse' in session) {
      connection.endedByExchange();
      ledger.upgradeRefused();
      refuse(socket, session.refuse);
      return;
    }
    connection.onClosed(() => {
      session.end();
    });
    handshake.handleUpgrade(request, socket, head, (webSocket) => {
      connection.upgraded();
      converse(webSocket, session, connection, ledger);
      sink.attach(webSocket);
    });
  });
}

function openSession(
  venue: Venue,
  path: string,
  sink: ConnectionSink,
  ledger: Ledger,
): StreamSession | { readonly refuse: number } {
  try {
    return venue.open(path, sink);
  } catch {
    ledger.violated('exchange-error');
    return { refuse: 500 };
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
    });
  });
  webSocket.on('error', () => {
    ledger.violated('websocket-protocol');
    connection.endedByExchange();
  });
}

function refuse(socket: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n`;
  socket.end(`${head}Connection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
