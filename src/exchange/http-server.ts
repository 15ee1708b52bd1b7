import { createServer, type Server } from 'node:http';
import type { Connection } from './connection.js';
import type { Ledger } from './ledger.js';

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * An HTTP server without listeners of its own; connections are handed to it. It never times an idle connection out
 * (real venues idle for longer than any scenario lasts), and so gives no Keep-Alive hint.
 */
export function createHttpServer(ledger: Ledger, connections: WeakMap<object, Connection>): Server {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.timeout = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A request that breaks off with its connection is the client's loss, and no breach of the protocol.
    const garbage = error.code !== 'HPE_INVALID_EOF_STATE' && (error.code?.startsWith('HPE_') ?? false);
    const connection = connections.get(socket);
    if (!garbage || connection?.silenced || !socket.writable) {
      socket.destroy();
      return;
    }
    ledger.violated('http-protocol');
    connection?.endedByExchange();
    socket.end(BAD_REQUEST, () => socket.destroy());
  });
  return server;
}
