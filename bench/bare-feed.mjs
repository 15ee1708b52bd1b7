import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const BATCH = 32;
const TEXT = 0x81;
/** Where a recorded message has its ids: those of a change to a book, or that of a trade. */
const IDS = /"U":(\d+),"u":(\d+)|"t":(\d+)/;

/**
 * A market-data server that costs next to nothing, so that its client is what is measured: it acknowledges every
 * request as Binance does and, when told to send { count }, sends so many messages to each of its clients as fast as
 * they take them. The messages are recorded ones in turn, with ids that go on from the last. Says { origin }.
 */
export function start({ recording }) {
  const server = createServer();
  const sockets = new Set();
  const upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    upgrader.handleUpgrade(request, socket, head, (client) => {
      sockets.add(socket);
      client.on('message', (data) =>
        client.send(`{"result":null,"id":${JSON.parse(Buffer.from(data).toString()).id}}`),
      );
      client.on('error', () => undefined);
    });
  });
  const next = messagesFrom(recording);
  process.on('message', ({ count }) => void send(sockets, next, count));
  server.listen(0, '127.0.0.1', () => process.send({ origin: `ws://127.0.0.1:${server.address().port}` }));
}

async function send(sockets, next, count) {
  for (let left = count; left > 0; left -= BATCH) {
    const frames = Buffer.concat(Array.from({ length: Math.min(BATCH, left) }, () => framed(next())));
    const full = [...sockets].filter((socket) => !socket.write(frames));
    await Promise.all(full.map((socket) => once(socket, 'drain')));
    await turn();
  }
}

/** The recorded texts in turn, each with the ids that follow on the last of its stream. */
function messagesFrom(recording) {
  const lastIds = new Map();
  const parts = recording.map(partsOf);
  let at = 0;
  return () => {
    const { stream, before, after, span } = parts[at % parts.length];
    at += 1;
    const firstId = (lastIds.get(stream) ?? 0) + 1;
    lastIds.set(stream, firstId + (span ?? 0));
    return `${before}${span === undefined ? `"t":${firstId}` : `"U":${firstId},"u":${firstId + span}`}${after}`;
  };
}

/** What stands before and after the ids; `span` is how many more than one a change to a book has. */
function partsOf(text) {
  const { 0: ids, 1: from, 2: to, index } = IDS.exec(text);
  return {
    stream: JSON.parse(text).stream,
    before: text.slice(0, index),
    after: text.slice(index + ids.length),
    ...(from !== undefined && { span: to - from }),
  };
}

/** A frame as a server sends it: not masked. */
function framed(text) {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? Buffer.from([TEXT, length]) : Buffer.from([TEXT, 126, length >> 8, length & 255]);
  if (length > 0xffff) throw new RangeError(`a message of ${length} bytes`);
  return Buffer.concat([head, payload]);
}
