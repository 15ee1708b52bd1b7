import { connect } from 'node:net';
import { once } from 'node:events';

const HANDSHAKE = 'upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13';
const TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;

/**
 * A WebSocket client that costs next to nothing, so that the server is what is measured: it counts text messages, sends
 * text, answers pings and looks at nothing else.
 */
export async function openBareWebSocket(url, localAddress) {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, ...(localAddress && { localAddress }) });
  await once(socket, 'connect');
  const key = Buffer.from('0123456789abcdef').toString('base64');
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${HANDSHAKE}\r\nsec-websocket-key: ${key}\r\n\r\n`,
  );
  const rest = await answered(socket);
  const client = {
    messages: 0,
    open: true,
    send: (text) => socket.write(framed(TEXT, Buffer.from(text))),
    close: () => socket.destroy(),
  };
  const read = frameReader((head, payload) => {
    if (head === TEXT) client.messages += 1;
    if (head === PING) socket.write(framed(PONG, payload));
  });
  socket.on('data', read);
  socket.on('error', () => undefined);
  socket.on('close', () => (client.open = false));
  read(rest);
  return client;
}

/** Reads the answer to the handshake; resolves with what came behind it. */
async function answered(socket) {
  let bytes = Buffer.alloc(0);
  for (let end = -1; end < 0; end = bytes.indexOf('\r\n\r\n')) {
    const [chunk] = await once(socket, 'data');
    bytes = Buffer.concat([bytes, chunk]);
  }
  if (!bytes.toString('latin1', 0, 13).startsWith('HTTP/1.1 101')) throw new Error('the upgrade was refused');
  return bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
}

/** Calls back with first byte and payload of each frame; payloads of text are passed over. */
function frameReader(onFrame) {
  let kept = Buffer.alloc(0);
  let skip = 0;
  return (chunk) => {
    let at = Math.min(skip, chunk.length);
    skip -= at;
    if (kept.length > 0) {
      chunk = Buffer.concat([kept, chunk.subarray(at)]);
      at = 0;
    }
    while (skip === 0 && at < chunk.length) {
      const { start, end } = extentOf(chunk, at);
      const text = chunk[at] === TEXT;
      if (start > chunk.length || (!text && end > chunk.length)) break;
      onFrame(chunk[at], text ? undefined : chunk.subarray(start, end));
      skip = Math.max(0, end - chunk.length);
      at = Math.min(end, chunk.length);
    }
    kept = Buffer.from(chunk.subarray(at));
  };
}

/** Where the payload of the unmasked frame at `at` starts and ends; a start beyond the chunk when its head is cut. */
function extentOf(chunk, at) {
  const short = chunk[at + 1] ?? 126;
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  if (start > chunk.length) return { start, end: start };
  if (short === 126) return { start, end: start + chunk.readUInt16BE(at + 2) };
  return { start, end: start + (short === 127 ? Number(chunk.readBigUInt64BE(at + 2)) : short) };
}

/** A frame of up to 64 KiB as a client sends it: masked, with zeros. */
function framed(head, payload) {
  const length = Buffer.from(
    payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255],
  );
  return Buffer.concat([Buffer.from([head]), length, Buffer.alloc(4), payload]);
}
