import { describe, expect, it } from 'vitest';
import { effectiveRules } from '../../src/exchange/rules.js';

const PUBLISHED = { pingEveryMs: 20_000, maxAgeMs: 86_400_000, messagesPerWindow: 5, messageWindowMs: 1_000 };
const AS_PUBLISHED = { timeScale: 1, overrides: {}, rttMs: 0 };

describe('the rules of a venue', () => {
  it('are those published when nothing is changed, over any link', () => {
    expect(effectiveRules(PUBLISHED, { ...AS_PUBLISHED, rttMs: 400 })).toEqual(PUBLISHED);
  });

  it('have every duration scaled, and no count', () => {
    expect(effectiveRules(PUBLISHED, { ...AS_PUBLISHED, timeScale: 0.05 })).toEqual({
      pingEveryMs: 1_000,
      maxAgeMs: 4_320_000,
      messagesPerWindow: 5,
      messageWindowMs: 50,
    });
  });

  it('can be set one by one, and are scaled all the same', () => {
    const changes = { timeScale: 0.5, overrides: { maxAgeMs: 600_000, messagesPerWindow: 7 }, rttMs: 0 };
    expect(effectiveRules(PUBLISHED, changes)).toMatchObject({ maxAgeMs: 300_000, messagesPerWindow: 7 });
  });

  it.each([
    ['below 50 ms', { timeScale: 0.049, overrides: {}, rttMs: 0 }, /messageWindowMs would be 49 ms/],
    [
      'below ten round trips',
      { timeScale: 0.5, overrides: {}, rttMs: 60 },
      /messageWindowMs would be 500 ms: .* 600 ms/,
    ],
    ['a rule set too short', { ...AS_PUBLISHED, overrides: { maxAgeMs: 20 } }, /maxAgeMs would be 20 ms/],
    ['an unknown rule', { ...AS_PUBLISHED, overrides: { maxAge: 1 } }, /no rule maxAge; there are: maxAgeMs,/],
    ['a negative number', { ...AS_PUBLISHED, overrides: { maxAgeMs: -1 } }, /maxAgeMs: -1/],
    ['a scale of nothing', { ...AS_PUBLISHED, timeScale: 0 }, /time scale 0/],
    ['a scale that stretches', { ...AS_PUBLISHED, timeScale: 2 }, /time scale 2/],
  ])('are refused for %s', (_what, changes, told) => {
    expect(() => effectiveRules(PUBLISHED, changes)).toThrow(told);
    expect(() => effectiveRules(PUBLISHED, changes)).toThrow(expect.objectContaining({ code: 'E_RULES' }));
  });
});
