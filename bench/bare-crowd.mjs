import { openBareWebSocket } from './bare-websocket.mjs';

const AT_ONCE = 100;
const ADDRESSES = 10;

/**
 * Clients that hold connections open: `count` WebSockets to `origin`, the paths in turn, from several loopback
 * addresses. Says { open: count } when all are there; asked for anything later, { open, messages } as they are then.
 */
export async function start({ origin, paths, count }) {
  const clients = [];
  while (clients.length < count) {
    const group = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, (_, index) => {
      const number = clients.length + index;
      return openBareWebSocket(origin + paths[number % paths.length], `127.0.0.${2 + (number % ADDRESSES)}`);
    });
    clients.push(...(await Promise.all(group)));
  }
  const tell = () =>
    process.send({
      open: clients.filter((client) => client.open).length,
      messages: clients.reduce((sum, client) => sum + client.messages, 0),
    });
  process.on('message', tell);
  tell();
}
