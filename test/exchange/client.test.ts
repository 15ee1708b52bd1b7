import { afterEach, expect, test } from 'vitest';
import { type ExchangeClient, startExchange } from '../../src/exchange/client.js';
import type { SiteConfig } from '../../src/exchange/protocol.js';

// These run the built exchange process, as the command does: `npm run build` comes first.
let exchange: ExchangeClient | null = null;

async function start(options: Parameters<typeof startExchange>[0] = {}): Promise<ExchangeClient> {
  exchange = await startExchange(options);
  return exchange;
}

afterEach(async () => {
  await exchange?.shutdown();
  exchange = null;
});

const config: SiteConfig = {
  id: 'one',
  venues: ['binance'],
  seed: 's',
  endpoints: 1,
  tls: true,
  symbols: 4,
  activity: 1,
  link: { rttMs: 0 },
};

test('a site of a real venue is opened, used and closed in another process', async () => {
  const client = await start({ pinTo: 0 });
  const info = await client.open(config);
  expect(info.ca).toContain('BEGIN CERTIFICATE');
  expect(info.symbols['binance']).toHaveLength(4);
  await client.link('one', { rttMs: 1 });
  await client.inject('one', [{ id: 'f', kind: 'refuse', endpoint: 0, atMs: 0, durationMs: 60_000 }]);
  let stamped = await client.snapshot('one');
  while (stamped.faults.length === 0) stamped = await client.snapshot('one');
  expect(stamped.counts.accepted).toBe(0);
  expect((await client.close('one')).faults.map(({ id }) => id)).toEqual(['f']);
});

test('an unknown venue is refused with the code of the exchange', async () => {
  const client = await start();
  await expect(client.open({ ...config, venues: ['nowhere'] })).rejects.toMatchObject({
    code: 'E_EXCHANGE',
    message: expect.stringContaining('no venue nowhere') as string,
  });
});

test('when the process is killed, what was asked and what is asked later is rejected', async () => {
  const client = await start();
  await client.open(config);
  process.kill(client.pid, 'SIGKILL');
  const rejection = { code: 'E_EXCHANGE', message: expect.stringContaining('SIGKILL') as string };
  await expect(client.snapshot('one')).rejects.toMatchObject(rejection);
  await expect(client.snapshot('one')).rejects.toMatchObject(rejection);
  await client.shutdown();
});

test('the process outlives an interrupt and ends cleanly on shutdown', async () => {
  const client = await start();
  await client.open(config);
  process.kill(client.pid, 'SIGINT');
  expect((await client.snapshot('one')).counts.accepted).toBe(0);
  await client.shutdown();
  expect(() => process.kill(client.pid, 0)).toThrow('ESRCH');
});
