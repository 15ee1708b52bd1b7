import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback that counts its connections. */
export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  /** Remote ports of the accepted connections, in order. */
  readonly accepted: number[];
  readonly sockets: Set<Socket>;
  readonly server: Server;
}

export async function serve(listener: RequestListener, tls?: ServerOptions, wantedPort = 0): Promise<TestServer> {
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  const accepted: number[] = [];
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    accepted.push(socket.remotePort ?? 0);
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    accepted,
    sockets,
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
