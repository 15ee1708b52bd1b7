import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { seededRandom, systemClock } from '../../src/base/index.js';
import { Link, type LinkSettings, Scheduler } from '../../src/link/index.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server behind a link that sends back what it hears, and a client of it. */
async function echo(settings: LinkSettings): Promise<Socket> {
  const link = new Link(settings, { scheduler: new Scheduler(systemClock), random: seededRandom('echo') });
  const server: Server = createServer({ allowHalfOpen: true }, (raw) => {
    const far = link.attach(raw);
    far.pipe(far);
    closing.push(() => raw.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  closing.push(() => {
    client.destroy();
    server.close();
  });
  await once(client, 'connect');
  return client;
}

async function readAll(client: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('over a jittered link of real sockets everything comes back in order, and none of it before a round trip at its fastest', async () => {
  const client = await echo({ rttMs: 10, jitterMs: 3 });
  const startedAt = performance.now();
  let firstMs = 0;
  client.once('data', () => (firstMs = performance.now() - startedAt));
  const words = Array.from({ length: 300 }, (_, index) => `${index} `);
  const answered = readAll(client);
  for (const word of words) {
    client.write(word);
    if (words.indexOf(word) % 20 === 0) await new Promise(setImmediate);
  }
  client.end();
  expect((await answered).toString()).toBe(words.join(''));
  // A tenth of it is what no trip can be shorter than; the first bytes also wait for the SYN's round trip.
  expect(firstMs).toBeGreaterThan(2 * 1 - 1.2);
});

test('a narrow link of real sockets carries all bytes, and not faster than it is wide', async () => {
  const client = await echo({ rttMs: 0, bitsPerSecond: 16e6 });
  const body = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251));
  const startedAt = performance.now();
  const answered = readAll(client);
  client.end(body);
  expect((await answered).equals(body)).toBe(true);
  // 400 kB at 2 bytes a microsecond; a delivery may come 0.6 ms early.
  expect(performance.now() - startedAt).toBeGreaterThan(199);
});
