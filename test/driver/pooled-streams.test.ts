import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom, systemClock } from '../../src/base/index.js';
import { Claims, type Driver, type DriverSettings, type ReportedGap, venueClients } from '../../src/driver/index.js';
import { createDriver } from '../../src/driver/pooled.js';
import { createDriver as createUnpooled } from '../../src/driver/unpooled.js';
import type { FaultSpec } from '../../src/exchange/protocol.js';
import { venues } from '../../src/exchange/venues/index.js';
import { HostedVenue } from '../exchange/venues/hosted-venue.js';

const STREAM = 'btcusdt@trade';
const STALE_AFTER_MS = 300;
const SETTINGS: DriverSettings = {
  requestTimeoutMs: 10_000,
  attemptTimeoutMs: 10_000,
  tries: 1,
  max: 4,
  min: 0,
  warmStart: 'none',
  acquireTimeoutMs: 10_000,
  dialTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  failureThreshold: 1,
  cooldownMs: 100,
  streamsPerConnection: 2,
  silenceTimeoutMs: 10_000,
  pingTimeoutMs: 10_000,
  streams: { staleAfterMs: STALE_AFTER_MS, backoff: { initialMs: 10, maxMs: 100 } },
};

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** One stream through a driver, under a fault of half a second, until data came after it. */
async function under(fault: FaultSpec, create: typeof createDriver) {
  const site = await HostedVenue.open(venues.binance, { symbols: 1, activity: 3 });
  closers.push(() => site.close());
  const claims = new Claims();
  const driver: Driver = create({
    endpoints: [{ rest: site.rest, ws: site.ws }],
    ca: null,
    venue: venueClients['binance']!,
    carries: { requests: false, streams: true },
    settings: SETTINGS,
    clock: systemClock,
    random: seededRandom('one'),
    claims,
  });
  closers.push(() => driver.close());
  const gaps: ReportedGap[] = [];
  let ids: number[] = [];
  await driver.subscribe(STREAM, {
    acknowledged: () => undefined,
    interrupted: () => undefined,
    message: (_stream, firstId) => void ids.push(firstId),
    gap: (_stream, gap) => void gaps.push(gap),
  });
  await until(() => ids.length > 3);
  await site.inject(fault, 500);
  const [before, injectedAtMs] = [ids.at(-1) ?? 0, systemClock.now()];
  await site.until(({ faults }) => faults[0]?.liftedAtMs !== null);
  ids = [];
  await until(() => ids.length > 3);
  return { gaps, before, after: ids[0] ?? 0, injectedAtMs, declaredDead: claims.read().declaredDead };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

describe('the pooled driver', () => {
  it('hands on the gaps of the pool', async () => {
    const { gaps, before, after } = await under({ kind: 'refuse' }, createDriver);
    expect(gaps.length).toBeGreaterThan(0);
    expect(gaps[0]?.lastGoodId).toBeGreaterThanOrEqual(before);
    expect(gaps[0]?.firstGoodId).toBeLessThanOrEqual(after);
  });

  it('claims a stream dead whose data stopped while its connection lives', async () => {
    const { gaps, declaredDead, injectedAtMs } = await under({ kind: 'stream-stall' }, createDriver);
    expect(declaredDead[0]?.endpoint).toBe(0);
    // The last message may have come before the fault.
    expect(declaredDead[0]?.atMs).toBeGreaterThan(injectedAtMs);
    expect(gaps[0]?.lastGoodId).toBeGreaterThan(0);
  });

  it('has more to tell than a bare one', async () => {
    const { gaps, declaredDead } = await under({ kind: 'stream-stall' }, createUnpooled);
    expect([gaps, declaredDead]).toEqual([[], []]);
  });
});
