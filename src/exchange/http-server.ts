import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connection } from './connection.js';
import type { Ledger } from './ledger.js';

const CONNECT_REFUSED = head(405, 'Method Not Allowed');
const BAD_REQUEST = head(400, 'Bad Request');
/** By the parser's code: what is answered in place of 400. */
const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: head(431, 'Request Header Fields Too Large'),
};

/**
 * An HTTP server without listeners of its own; connections are handed to it. It never times an idle connection out
 * (real venues idle for longer than any scenario lasts), and so gives no Keep-Alive hint.
 */
export function createHttpServer(ledger: Ledger, connections: WeakMap<object, Connection>): Server {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.timeout = 0;
  const reject = (socket: Duplex, answer: string): void => {
    const connection = connections.get(socket);
    ledger.violated('http-protocol');
    connection?.endedByExchange();
    socket.end(answer, () => socket.destroy());
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A request that breaks off with its connection is the client's loss, and no breach of the protocol.
    const garbage = error.code !== 'HPE_INVALID_EOF_STATE' && (error.code?.startsWith('HPE_') ?? false);
    if (!garbage || connections.get(socket)?.silenced || !socket.writable) socket.destroy();
    else reject(socket, ANSWERS[error.code ?? ''] ?? BAD_REQUEST);
  });
  server.on('connect', (_request, socket: Duplex) => {
    if (!connections.get(socket)?.silenced) reject(socket, CONNECT_REFUSED);
  });
  return server;
}

function head(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
