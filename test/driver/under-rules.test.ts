import { describe, expect, it } from 'vitest';
import { underRules, venueClients } from '../../src/driver/index.js';

const binance = venueClients['binance']!;
const bybit = venueClients['bybit']!;

describe('a client under changed rules', () => {
  it('knows what it knew where nothing is changed', () => {
    expect(underRules(binance, { timeScale: 1, rules: {} })).toEqual(binance);
  });

  it('has every duration of its protocol scaled', () => {
    const { streams } = underRules(bybit, { timeScale: 0.1, rules: {} });
    expect(streams.heartbeat?.everyMs).toBe(2000);
    expect(streams.connects).toEqual({ count: 500, perMs: 30_000 });
  });

  it('follows single rules, which are scaled like the rest', () => {
    const rules = {
      maxAgeMs: 7_200_000,
      streamsPerConnection: 30,
      messageWindowMs: 1_000_000,
      connectionsPerWindow: 9,
    };
    const { streams } = underRules(binance, { timeScale: 0.001, rules });
    expect(streams).toMatchObject({
      maxAgeMs: 7200,
      maxStreamsPerConnection: 30,
      requests: { count: 5, perMs: 1000 },
      connects: { count: 9, perMs: 300 },
    });
  });

  it('leaves alone what a protocol has no number for', () => {
    expect(underRules(binance, { timeScale: 1, rules: { pingEveryMs: 1 } })).toEqual(binance);
  });
});
