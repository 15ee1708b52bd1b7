import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { decode, encode } from 'dns-packet';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { pause, SiteHarness } from '../site-harness.js';

let open: SiteHarness | null = null;

async function site(
  tls: boolean,
  changes: Parameters<typeof SiteHarness.open>[3] = { dns: true },
): Promise<SiteHarness> {
  open = await SiteHarness.open(tls, 0, undefined, changes);
  return open;
}

afterEach(async () => {
  await open?.close();
  open = null;
});

function resolverOf({ info }: SiteHarness): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([info.dns ?? '']);
  return resolver;
}

/** Dials endpoint 0 by name, as a client does that resolves anew for each connection. */
async function dialByName(harness: SiteHarness): Promise<TLSSocket> {
  const { name = '', rest = '' } = harness.info.endpoints[0] ?? {};
  const [host = ''] = await resolverOf(harness).resolve4(name);
  const socket = connectTls({ host, port: Number(new URL(rest).port), servername: name, ca: harness.info.ca ?? '' });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** The end of a connection, whether with an error or without. */
function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

test('the name leads to the endpoint, to its new address while it is moved, and back at the lift', async () => {
  const harness = await site(true);
  expect(harness.info.endpoints.map(({ name }) => name)).toEqual(['endpoint-0.fake.test', 'endpoint-1.fake.test']);
  const resolver = resolverOf(harness);
  const before = (await dialByName(harness)).resume();
  const byAddress = (await harness.dial()).resume();
  const ends = Promise.all([closed(before), closed(byAddress)]);
  await harness.fault({ kind: 'dns-change' }, 500);
  await ends;
  expect(await resolver.resolve4('endpoint-0.fake.test', { ttl: true })).toEqual([{ address: '127.0.0.16', ttl: 1 }]);
  expect(await resolver.resolve4('endpoint-1.fake.test')).toEqual(['127.0.0.1']);
  await expect(harness.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const moved = await dialByName(harness);
  expect(moved.remoteAddress).toBe('127.0.0.16');
  expect(await harness.request(moved, '/there')).toBe('200 GET /there ');
  expect(await harness.request(await harness.dial({ endpoint: 1 }), '/other')).toBe('200 GET /other ');
  const left = closed(moved.resume());
  await harness.lifted();
  await left;
  expect(await resolver.resolve4('endpoint-0.fake.test')).toEqual(['127.0.0.1']);
  expect(await harness.request(await dialByName(harness), '/back')).toBe('200 GET /back ');
  const { counts, faults } = harness.site.snapshot();
  expect(faults).toMatchObject([{ kind: 'dns-change', touched: 2 }]);
  expect(counts).toMatchObject({ closedByFault: 3, violations: {} });
});

test('moving and refusing overlap, and nothing of either is left', async () => {
  const harness = await site(false);
  const dialAway = async (): Promise<string> => {
    const port = Number(new URL(harness.info.endpoints[0]?.rest ?? '').port);
    return fetch(`http://127.0.0.16:${port}/a`).then(
      (answer) => answer.text(),
      () => 'refused',
    );
  };
  await harness.fault({ kind: 'dns-change' }, 600);
  expect(await dialAway()).toBe('GET /a ');
  await harness.fault('refuse', 150);
  expect(await dialAway()).toBe('refused');
  await harness.pass(150);
  await harness.until(({ faults }) => faults[1]?.liftedAtMs != null);
  expect(await dialAway()).toBe('GET /a ');
  await harness.lifted();
  expect(await dialAway()).toBe('refused');
  expect(await harness.request(await harness.dial(), '/b')).toBe('200 GET /b ');
});

describe('the name server', () => {
  test('has no other records for a name, and no other names', async () => {
    const harness = await site(false);
    const resolver = resolverOf(harness);
    expect(await resolver.resolve4('endpoint-0.fake.test')).toEqual(['127.0.0.1']);
    await expect(resolver.resolve6('endpoint-0.fake.test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('endpoint-9.fake.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('localhost.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('outlives whatever is sent to it, and answers what it can', async () => {
    const harness = await site(false);
    const port = Number(harness.info.dns?.split(':')[1]);
    const socket = createSocket('udp4');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        await new Promise((resolve) => {
          socket.send(bytes, port, '127.0.0.1', resolve);
        });
      }),
      { numRuns: 200 },
    );
    const answer = encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'endpoint-0.fake.test' }] });
    socket.send(answer, port, '127.0.0.1');
    await pause(20);
    socket.removeAllListeners('message');
    socket.send(
      encode({ type: 'query', id: 7, questions: [{ type: 'A', name: 'Endpoint-0.FAKE.test' }] }),
      port,
      '127.0.0.1',
    );
    for (;;) {
      const [reply] = (await once(socket, 'message')) as [Buffer];
      const { id, flag_aa: authoritative, answers } = decode(reply) as ReturnType<typeof decode> & { flag_aa: boolean };
      if (id !== 7) continue;
      expect([authoritative, answers]).toMatchObject([true, [{ data: '127.0.0.1', ttl: 1 }]]);
      break;
    }
    socket.close();
  });
});

test('a site without a name server has nowhere to move its endpoints', async () => {
  const harness = await site(false, {});
  expect(harness.info.dns).toBeNull();
  await expect(harness.fault({ kind: 'dns-change' }, 100)).rejects.toThrow('needs a site that serves names');
});
