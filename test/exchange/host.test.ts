import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.js';
import { ExchangeHost } from '../../src/exchange/host.js';
import type { SiteConfig } from '../../src/exchange/protocol.js';
import { FakeVenue } from './fake-venue.js';

const made: FakeVenue[] = [];
const host = new ExchangeHost(systemClock, {
  fake: {
    rules: { maxAgeMs: 1000 },
    open: () => {
      const venue = new FakeVenue();
      made.push(venue);
      return venue;
    },
  },
});

const config: SiteConfig = {
  id: 'one',
  venues: ['fake'],
  seed: 's',
  endpoints: 2,
  tls: false,
  symbols: 2,
  activity: 1,
  link: { rttMs: 0 },
};

afterEach(async () => {
  await host.close();
  made.length = 0;
});

test('a site is opened, changed, read and closed by requests', async () => {
  const opened = await host.answer({ kind: 'open', site: config });
  expect(opened).toMatchObject({ kind: 'opened', site: { id: 'one', ca: null, symbols: { fake: ['AAA', 'BBB'] } } });
  const { endpoints } = (opened as Extract<typeof opened, { kind: 'opened' }>).site;
  expect(new Set(endpoints.map(({ rest }) => rest)).size).toBe(2);
  expect(await (await fetch(`${endpoints[1]?.rest}/x?y=1`)).text()).toBe('GET /x y=1');
  expect(await host.answer({ kind: 'link', site: 'one', link: { rttMs: 5 } })).toEqual({ kind: 'done' });
  const fault = { id: 'f', kind: 'reset', endpoint: 1, atMs: 0, durationMs: 10_000 } as const;
  expect(await host.answer({ kind: 'inject', site: 'one', faults: [fault] })).toEqual({ kind: 'done' });
  const snapshot = await host.answer({ kind: 'snapshot', site: 'one' });
  expect(snapshot).toMatchObject({ kind: 'snapshot', snapshot: { counts: { accepted: 1, responses: 1 } } });
  expect(await host.answer({ kind: 'close', site: 'one' })).toMatchObject({ kind: 'snapshot' });
  expect(made[0]?.closed).toBe(true);
});

test('what cannot be done is answered, with the reason', async () => {
  await host.answer({ kind: 'open', site: config });
  const failures = [
    await host.answer({ kind: 'open', site: { ...config, id: 'two', venues: ['toString'] } }),
    await host.answer({ kind: 'open', site: config }),
    await host.answer({ kind: 'snapshot', site: 'two' }),
    await host.answer({
      kind: 'inject',
      site: 'one',
      faults: [{ id: 'f', kind: 'reset', endpoint: 2, atMs: 0, durationMs: 1 }],
    }),
  ];
  expect(failures.map((failure) => failure.kind === 'failed' && failure.message)).toEqual([
    'no venue toString; there are: fake',
    'site one is open already',
    'no site two is open',
    'fault f: no endpoint 2',
  ]);
});

test('a port that is taken is answered with the code for it, and the name of the site is free again', async () => {
  const opened = await host.answer({ kind: 'open', site: config });
  const rest = opened.kind === 'opened' ? opened.site.endpoints[0]?.rest : undefined;
  const port = Number(new URL(rest ?? '').port);
  const second = { ...config, id: 'two', endpoints: 1, port };
  expect(await host.answer({ kind: 'open', site: second })).toEqual({
    kind: 'failed',
    code: 'E_PORT_IN_USE',
    message: `port ${port} of 127.0.0.1 is in use`,
  });
  expect(await host.answer({ kind: 'open', site: { ...second, port: 0 } })).toMatchObject({ kind: 'opened' });
});

test('shutdown closes every site', async () => {
  await host.answer({ kind: 'open', site: config });
  await host.answer({ kind: 'open', site: { ...config, id: 'two' } });
  expect(await host.answer({ kind: 'shutdown' })).toEqual({ kind: 'done' });
  expect(made.map(({ closed }) => closed)).toEqual([true, true]);
  expect(await host.answer({ kind: 'snapshot', site: 'two' })).toMatchObject({ kind: 'failed' });
});
