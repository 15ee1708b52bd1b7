import { afterEach, expect, test } from 'vitest';
import { SiteHarness } from './site-harness.js';

let harness: SiteHarness | undefined;

afterEach(async () => {
  await harness?.close();
  harness = undefined;
});

test.each([false, true])('a site answers over a link that is jittered and narrow (tls: %s)', async (tls) => {
  harness = await SiteHarness.open(tls, 0);
  harness.site.setLink({ rttMs: 4, jitterMs: 1, bitsPerSecond: 5e6 });
  const socket = await harness.dial();
  for (let request = 0; request < 5; request += 1) expect(await harness.request(socket, '/ok')).toMatch(/^200 /);
  const { counts } = await harness.until(({ counts }) => counts.responses === 5);
  expect(counts).toMatchObject({ accepted: 1, requests: 5, reusedRequests: 4 });
});

test('without a round trip a narrow link drops the connections over the old one as any other does', async () => {
  harness = await SiteHarness.open(false, 0);
  await harness.dial();
  await harness.until(({ counts }) => counts.accepted === 1);
  harness.site.setLink({ rttMs: 0, bitsPerSecond: 5e6 });
  await harness.until(({ counts }) => counts.closedByExchange === 1);
  expect(await harness.request(await harness.dial(), '/ok')).toMatch(/^200 /);
});

test('a link that cannot be is refused, and the old one stays with its connections', async () => {
  harness = await SiteHarness.open(false, 0);
  const socket = await harness.dial();
  const { site } = harness;
  expect(() => {
    site.setLink({ rttMs: 10, jitterMs: 5 });
  }).toThrow('jitter of 5 ms');
  expect(await harness.request(socket, '/ok')).toMatch(/^200 /);
});
