import { describe, expect, it } from 'vitest';
import { observedFaults, observedSite } from '../../src/observe/index.js';
import { loadScenario, type Scenario } from '../../src/scenario/index.js';

const BASE = `
name: two-venues
question: What happens?
venue: binance
otherVenues: [okx]
endpoints: 2
market: { symbols: 4, activity: 2 }
link: { rtt: 20ms, jitter: 1ms, bandwidthMbit: 10 }
limits: enforce
timeScale: 0.5
load: { streams: { subscriptions: [{ channel: trade, symbols: 2 }] } }
timeline:
  - { kind: reset, at: 1s, duration: 1s, endpoint: 1 }
  - { kind: refuse, at: 2s, duration: 1s, endpoint: 2 }
  - { kind: http-error, status: 503, at: 3s, duration: 1s }
arms: { bare: { stack: day2, driver: unpooled, role: control } }
sampling: { unit: launch, pairs: 1 }
`;

function scenario(): Scenario {
  return loadScenario({ text: BASE, file: 't.yaml', quick: false }).scenario;
}

const WISHES = { venue: 'binance', tls: false, seed: 3 };

describe('the site of an observation', () => {
  it('is small and plain without a scenario', () => {
    expect(observedSite(null, WISHES)).toEqual({
      venue: 'binance',
      seed: '3/observe',
      endpoints: 1,
      tls: false,
      symbols: 20,
      activity: 1,
      link: { rttMs: 0 },
    });
  });

  it('has the scenario’s endpoints, market, link and rules, but never its TLS', () => {
    expect(observedSite(scenario(), WISHES)).toEqual({
      venue: 'binance',
      seed: '3/observe',
      endpoints: 2,
      tls: false,
      symbols: 4,
      activity: 2,
      link: { rttMs: 20, jitterMs: 1, bitsPerSecond: 1e7 },
      limits: 'enforce',
      timeScale: 0.5,
    });
  });

  it('follows the command line where that says something', () => {
    const site = observedSite(scenario(), { ...WISHES, tls: true, endpoints: 1, rttMs: 5 });
    expect(site).toMatchObject({ tls: true, endpoints: 1, link: { rttMs: 5, jitterMs: 1 } });
  });
});

describe('the faults of an observation', () => {
  const faultsOf = (venue: string): unknown[] => {
    const site = observedSite(scenario(), { ...WISHES, venue });
    return observedFaults(scenario(), site).map(({ kind, endpoint, atMs }) => [kind, endpoint, atMs]);
  };

  it('are the scenario’s for the venue, whose endpoints count from 0', () => {
    expect(faultsOf('binance')).toEqual([
      ['reset', 1, 1000],
      ['http-error', null, 3000],
    ]);
    expect(faultsOf('okx')).toEqual([
      ['refuse', 0, 2000],
      ['http-error', null, 3000],
    ]);
    expect(observedFaults(null, observedSite(null, WISHES))).toEqual([]);
  });

  it('are wrong usage when there is no such endpoint', () => {
    const site = observedSite(scenario(), { ...WISHES, endpoints: 1 });
    expect(() => observedFaults(scenario(), site)).toThrow('fault for endpoint 1, and there are 1');
  });
});
