import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './connection.js';
import { declineOffer } from './decline-offer.js';
import type { ActiveFaults } from './faults/index.js';
import type { Ledger } from './ledger.js';
import { ConnectionSink } from './stream-sink.js';
import type { Refusal, RestResponse, StreamSession, Venue } from './venue.js';

/** RFC 6455, 7.4.1. */
const INTERNAL_ERROR = 1011;
const BAD_UPGRADE: RestResponse = { status: 400, headers: {}, body: '' };

export interface StreamServiceParts {
  readonly ledger: Ledger;
  readonly connections: WeakMap<object, Connection>;
  readonly deflate: boolean;
  readonly faults: ActiveFaults;
  /** Whether newcomers have their TLS handshake, so that a fault of handshakes has met them there. */
  readonly tls: boolean;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly connection: Connection;
}

/** Answers the WebSocket upgrades of `server` with sessions of the venue behind each connection. */
export function serveStreams(server: Server, parts: StreamServiceParts): void {
  const { connections, faults, tls } = parts;
  const handshakes = new Map<Venue, WebSocketServer>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const connection = connections.get(socket);
    if (!connection || connection.silenced) return;
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      declineOffer(server, request, socket, head);
      return;
    }
    const answer = (): void => {
      if (connection.silenced || socket.destroyed) return;
      const { venue } = connection.served;
      const handshake = handshakes.get(venue) ?? handshakeOf(venue, parts);
      handshakes.set(venue, handshake);
      upgrade({ request, socket, head, connection }, handshake, parts);
    };
    const delay = tls ? null : faults.connections.handshake(connection);
    if (delay) delay(answer);
    else answer();
  });
}

function upgrade(
  { request, socket, head, connection }: Upgrade,
  handshake: WebSocketServer,
  { ledger, faults }: StreamServiceParts,
): void {
  const sink = new ConnectionSink(connection, ledger, faults);
  const session = refusalByFault(request, connection, faults) ?? openSession(request, connection, sink, ledger);
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
  handshake.handleUpgrade(request, socket, head, (webSocket) => {
    converse({ webSocket, session, connection, sink, ledger });
    sink.attach(webSocket, socket);
  });
}

function refusalByFault(
  { url: target = '/' }: IncomingMessage,
  connection: Connection,
  { requests }: ActiveFaults,
): Refusal | undefined {
  if (requests.none) return undefined;
  const answer = requests.answer(connection, { target, body: '' }, connection.served.venue);
  return answer && { refuse: answer };
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

interface Conversation {
  readonly webSocket: WebSocket;
  readonly session: StreamSession;
  readonly connection: Connection;
  readonly sink: ConnectionSink;
  readonly ledger: Ledger;
}

function converse({ webSocket, session, connection, sink, ledger }: Conversation): void {
  const guarded = (action: () => void): void => {
    if (connection.silenced || connection.entry.ending) return;
    try {
      action();
    } catch {
      ledger.violated('exchange-error');
      sink.close(INTERNAL_ERROR, '');
    }
  };
  connection.upgraded({
    close: (code, reason) => {
      sink.closeByFault(code, reason);
    },
    maintenance: (leadMs) => {
      guarded(() => {
        session.maintenance(leadMs);
      });
    },
  });
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
  webSocket.on('error', (error: NodeJS.ErrnoException) => {
    ledger.violated('websocket-protocol');
    connection.endedByExchange();
    // The library has sent the close frame already.
    ledger.closeSent(closeCodeOf(error));
  });
}

/** What the library answers a breach of the protocol with (RFC 6455, 7.4.1): a protocol error unless it is one of these. */
function closeCodeOf({ code }: NodeJS.ErrnoException): number {
  if (code === 'WS_ERR_INVALID_UTF8') return 1007;
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 1008;
  return code?.startsWith('WS_ERR_UNSUPPORTED_') ? 1009 : 1002;
}

function refuse(socket: Duplex, { status, headers, body }: RestResponse): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push('connection: close', `content-length: ${Buffer.byteLength(body)}`, '', '');
  socket.write(lines.join('\r\n'));
  socket.end(body, () => socket.destroy());
}
