import { WebSocketServer } from 'ws';

const POLL_MS = 5;

/**
 * A `ws` server that sends a recording to all its clients, again and again while it is switched on, each message when
 * it is due: what one would write who wants nothing but that. A recording is [[atMs, text], …]. Says { origin }.
 */
export function start({ recording }) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  // As binary data, ws need not look for the length of the text again for every client.
  const frames = recording.map(([atMs, text]) => ({ atMs, data: Buffer.from(text) }));
  const lengthMs = frames.at(-1).atMs + POLL_MS;
  let timer;
  let next = 0;
  let startedAtMs = 0;
  const poll = () => {
    const nowMs = performance.now() - startedAtMs;
    for (; next < frames.length && frames[next].atMs <= nowMs; next += 1)
      for (const client of server.clients) client.send(frames[next].data, { binary: false });
    if (next < frames.length) return;
    next = 0;
    startedAtMs += lengthMs;
  };
  process.on('message', ({ on }) => {
    clearInterval(timer);
    next = 0;
    startedAtMs = performance.now();
    if (on) timer = setInterval(poll, POLL_MS);
  });
  server.on('listening', () => process.send({ origin: `ws://127.0.0.1:${server.address().port}` }));
}
