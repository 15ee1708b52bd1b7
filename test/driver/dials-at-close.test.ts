import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { seededRandom, systemClock } from '../../src/base/index.js';
import { Claims, type DriverContext, type DriverSettings, venueClients } from '../../src/driver/index.js';
import { createDriver as createPooled } from '../../src/driver/pooled.js';
import { createDriver as createUnpooled } from '../../src/driver/unpooled.js';

/** Accepts connections and never says a word: every TLS handshake hangs. */
class MuteServer {
  readonly sockets: Socket[] = [];
  readonly #server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    this.sockets.push(socket);
  });

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async accepted(count: number): Promise<void> {
    while (this.sockets.length < count) await once(this.#server, 'connection');
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

const SETTINGS: DriverSettings = {
  requestTimeoutMs: 60_000,
  attemptTimeoutMs: 60_000,
  tries: 1,
  max: 3,
  min: 0,
  warmStart: 'max',
  acquireTimeoutMs: 60_000,
  dialTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  failureThreshold: 1,
  cooldownMs: 1000,
  streamsPerConnection: 1,
  silenceTimeoutMs: 60_000,
  pingTimeoutMs: 60_000,
};

function context(port: number, carries: DriverContext['carries']): DriverContext & { readonly claims: Claims } {
  return {
    endpoints: [{ rest: `https://127.0.0.1:${port}`, ws: `wss://127.0.0.1:${port}` }],
    ca: null,
    venue: venueClients['binance']!,
    carries,
    settings: SETTINGS,
    clock: systemClock,
    random: seededRandom(1),
    claims: new Claims(),
  };
}

const CONSUMER = {
  acknowledged: () => undefined,
  interrupted: () => undefined,
  message: () => undefined,
  gap: () => undefined,
};

let server: MuteServer;
afterEach(() => server.close());

/** Ports that the client claims, and those that the server saw, in order. */
function ports(claims: Claims): [number[], number[]] {
  const claimed = claims.read().connections.map(({ localPort }) => localPort);
  const seen = server.sockets.map(({ remotePort }) => remotePort ?? 0);
  return [claimed.toSorted((a, b) => a - b), seen.toSorted((a, b) => a - b)];
}

it.each([
  ['pooled', createPooled],
  ['unpooled', createUnpooled],
])('a %s client that is closed while it dials streams owns up to every connection at once', async (_name, create) => {
  server = new MuteServer();
  const one = context(await server.start(), { requests: false, streams: true });
  const driver = create(one);
  for (const stream of ['a', 'b', 'c']) driver.subscribe(stream, CONSUMER).catch(() => undefined);
  await server.accepted(3);
  await driver.close();
  const [claimed, seen] = ports(one.claims);
  expect(claimed).toEqual(seen);
});

it('a pooled client that is closed while it warms up owns up to every connection at once', async () => {
  server = new MuteServer();
  const one = context(await server.start(), { requests: true, streams: false });
  const driver = createPooled(one);
  driver.start().catch(() => undefined);
  await server.accepted(3);
  await driver.close();
  const [claimed, seen] = ports(one.claims);
  expect(claimed).toEqual(seen);
});

it.each([
  ['pooled requests', createPooled, { requests: true, streams: false }],
  ['pooled streams', createPooled, { requests: false, streams: true }],
  ['unpooled streams', createUnpooled, { requests: false, streams: true }],
])(
  '%s closed while TCP is under way leave no connection that only the server knows',
  async (_name, create, carries) => {
    server = new MuteServer();
    const one = context(await server.start(), carries);
    const driver = create(one);
    if (carries.requests) driver.start().catch(() => undefined);
    else for (const stream of ['a', 'b', 'c']) driver.subscribe(stream, CONSUMER).catch(() => undefined);
    // One turn of the loop: the kernel has answered, the client has not heard of it yet.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await driver.close();
    const claimed = one.claims.read().connections;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    // A socket that was reset before it was accepted has lost its address; the others are known by their port.
    const known = server.sockets.flatMap(({ remotePort }) => remotePort ?? []);
    const unclaimed = known.filter((port) => !claimed.some(({ localPort }) => localPort === port));
    expect(unclaimed).toEqual([]);
    expect(server.sockets.length - known.length).toBeLessThanOrEqual(
      claimed.filter(({ connected }) => !connected).length,
    );
  },
);
