import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

const TRIES = 20;

/** Lets servers listen on one port of 127.0.0.1, 127.0.0.2 and so on, one each; gives the port. */
export async function listenOnSamePort(servers: readonly Server[]): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    let port = 0;
    try {
      for (const [index, server] of servers.entries()) {
        server.listen(port, `127.0.0.${index + 1}`);
        await once(server, 'listening');
        ({ port } = server.address() as AddressInfo);
      }
      return port;
    } catch {
      // Somebody else has it on another address.
      for (const server of servers) if (server.listening) server.close();
    }
  }
  throw new Error(`no port was free on all of ${servers.length} addresses`);
}
