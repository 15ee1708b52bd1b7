// The generic pool with a protocol of its own, RESP over plain TCP as Redis speaks it:  node examples/redis.mjs
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ConnectionPool } from 'mp-bench/pool';

/** One connection, one command at a time; answers here are simple strings (+…), nothing else of RESP. */
class RespConnection {
  #socket;
  #waiting = [];

  constructor(socket) {
    this.#socket = socket;
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      const lines = (text + chunk).split('\r\n');
      text = lines.pop();
      for (const line of lines) this.#waiting.shift()?.resolve(line.slice(1));
    });
    socket
      .on('error', () => {})
      .on('close', () => {
        for (const { reject } of this.#waiting) reject(new Error('the connection is closed'));
      });
  }

  command(...words) {
    const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    this.#socket.write(`*${words.length}\r\n${bulk}`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  onClosed(listener) {
    this.#socket.once('close', listener);
  }

  close() {
    this.#socket.destroy();
  }
}

/** What the pool must know about such connections: how to open, to check, to close them, and when they are gone. */
const factory = {
  async connect({ origin }, signal) {
    const [host, port] = origin.split(':');
    const startedAt = performance.now();
    const socket = connect({ host, port: Number(port), noDelay: true });
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    await once(socket, 'connect', { signal });
    const tcpMs = performance.now() - startedAt;
    return { connection: new RespConnection(socket), parts: { dnsMs: 0, tcpMs, tlsMs: 0, upgradeMs: 0 } };
  },
  check: async (connection) => (await connection.command('PING')) === 'PONG',
  close: (connection) => connection.close(),
  onClosed: (connection, listener) => connection.onClosed(listener),
};

// A server that knows PING and ECHO, in place of Redis.
const server = createServer((socket) => {
  socket.setEncoding('utf8').on('data', (text) => {
    const words = text.split('\r\n').filter((line, index) => line !== '' && index > 0 && !line.startsWith('$'));
    socket.write(words[0] === 'PING' ? '+PONG\r\n' : `+${words[1]}\r\n`);
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const endpoints = [{ origin: `127.0.0.1:${server.address().port}` }];
const pool = new ConnectionPool({ name: 'redis', endpoints, factory, min: 1, max: 3 });
await pool.start();

async function echo(word) {
  const lease = await pool.acquire({ timeoutMs: 1_000 });
  try {
    return await lease.connection.command('ECHO', word);
  } finally {
    lease.release();
  }
}

const words = await Promise.all(['the', 'pool', 'is', 'not', 'about', 'HTTP'].map(echo));
process.stdout.write(`${words.join(' ')}\n${pool.describe()}\n`);

await pool.drain(1_000);
server.close();
