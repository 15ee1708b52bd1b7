// Clients that begin and never finish: half of a message on a WebSocket, half of a request. A process of their own, so
// that what they hold is not taken for what the exchange holds. Arguments: port, rounds.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [port, rounds] = process.argv.slice(2).map(Number);
const CLIENTS = 10;
const UPGRADE = [
  'GET /ws HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');
// The first part of a text message of 512 KiB, masked with zeros.
const PART = Buffer.concat([Buffer.from([0x01, 0xff, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]), Buffer.alloc(1 << 19, 'x')]);

async function dial() {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

for (let round = 0; round < rounds; round += 1) {
  const sockets = [];
  for (let i = 0; i < CLIENTS; i += 1) {
    const stream = await dial();
    stream.write(UPGRADE);
    await once(stream, 'data');
    stream.write(PART);
    const request = await dial();
    request.write(`GET / HTTP/1.1\r\nX: ${'y'.repeat(10_000)}`);
    sockets.push(stream, request);
  }
  await pause(50);
  for (const socket of sockets) socket.destroy();
}
