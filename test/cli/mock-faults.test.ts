import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import { FAULT_PARAMETERS, parseFaults } from '../../src/exchange/control/faults.js';
import { parseLink } from '../../src/exchange/control/link.js';
import type { FaultPlan } from '../../src/exchange/protocol.js';

const place = { endpoints: 2, symbols: ['BTCUSDT', 'ETHUSDT'] };

function parse(value: unknown): FaultPlan[] {
  let ids = 0;
  return parseFaults(value, place, () => ({ id: `f${(ids += 1)}`, nowMs: 1000 }));
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof MpBenchError && error.code === 'E_USAGE') return error.message;
    throw error;
  }
  throw new Error('was taken');
}

/** A value that each parameter takes. */
const GOOD: Readonly<Record<string, unknown>> = {
  delayMs: 5,
  status: 503,
  code: 1012,
  reason: 'restart',
  leadMs: 5,
  afterMs: 5,
};

describe('faults given from outside', () => {
  test('become plans that begin from now, for every endpoint, unless they say otherwise', () => {
    expect(parse({ kind: 'refuse', durationMs: 50 })).toEqual([
      { kind: 'refuse', id: 'f1', endpoint: null, atMs: 1000, durationMs: 50 },
    ]);
    expect(
      parse([
        { kind: 'http-error', status: 429, durationMs: 50, inMs: 200, endpoint: 1, share: 0.5 },
        { kind: 'drop-messages', durationMs: 50, symbol: 'ETHUSDT', endpoint: null },
      ]),
    ).toEqual([
      { kind: 'http-error', status: 429, id: 'f1', endpoint: 1, share: 0.5, atMs: 1200, durationMs: 50 },
      { kind: 'drop-messages', id: 'f2', endpoint: null, symbol: 'ETHUSDT', atMs: 1000, durationMs: 50 },
    ]);
    expect(parse({ kind: 'close-code', code: 1001, durationMs: 0 })).toMatchObject([{ code: 1001, reason: '' }]);
  });

  test.each(Object.entries(FAULT_PARAMETERS))('of kind %s are taken with their parameters %j', (kind, names) => {
    const given = Object.fromEntries(names.flatMap((name) => (name in GOOD ? [[name, GOOD[name]]] : [])));
    expect(parse({ kind, durationMs: 1, ...given })).toMatchObject([{ kind, ...given }]);
  });

  test.each([
    [undefined, 'the body: expected an object'],
    [null, 'the body: expected an object'],
    ['refuse', 'the body: expected an object'],
    [[], 'expected a fault, or a list of 1 to 1000 of them'],
    [Array.from({ length: 1001 }, () => ({ kind: 'refuse', durationMs: 1 })), 'a list of 1 to 1000'],
    [[{ kind: 'refuse', durationMs: 1 }, 5], '[1]: expected an object'],
    [{ durationMs: 1 }, 'kind: expected refuse, reset,'],
    [{ kind: 'toString', durationMs: 1 }, 'got "toString"'],
    [{ kind: 'refuse' }, 'durationMs: expected milliseconds from 0 to 86400000'],
    [{ kind: 'refuse', durationMs: '1s' }, 'durationMs: expected milliseconds from 0 to 86400000, got "1s"'],
    [{ kind: 'refuse', durationMs: 2 ** 31 }, 'got 2147483648'],
    [{ kind: 'refuse', durationMs: 1, inMs: -1 }, 'inMs: expected milliseconds from 0 to 86400000, got -1'],
    [{ kind: 'refuse', durationMs: 1, endpoint: 2 }, 'endpoint: expected a whole number from 0 to 1, or null for all'],
    [{ kind: 'refuse', durationMs: 1, symbol: 'btcusdt' }, 'symbol: expected a symbol of the venue, such as BTCUSDT'],
    [{ kind: 'refuse', durationMs: 1, share: 0 }, 'share: expected more than 0, at most 1, got 0'],
    [{ kind: 'refuse', durationMs: 1, delay: 1 }, 'delay: unknown; there are kind, inMs, durationMs'],
    [{ kind: 'http-error', durationMs: 1 }, 'status: expected a whole number from 400 to 599'],
    [{ kind: 'http-error', durationMs: 1, status: [] }, 'got a list'],
    [{ kind: 'close-code', durationMs: 1, code: 1006 }, 'code: expected a code that a close frame may carry'],
    [{ kind: 'close-code', durationMs: 1, code: 1001, reason: 'é'.repeat(62) }, 'reason: expected a text of at most'],
    [[{ kind: 'http-error', durationMs: -1 }], '[0].status: expected a whole number from 400 to 599; [0].durationMs:'],
  ])('are refused with everything that is wrong: %j', (value, told) => {
    expect(refusal(() => parse(value))).toContain(told);
  });

  test('are refused or become whole plans, whatever is sent', () => {
    const kinds = Object.keys(FAULT_PARAMETERS);
    const junk = fc.oneof(fc.anything(), fc.nat(), fc.constantFrom('BTCUSDT', 'rst', 'fin', 'alert', null));
    const names = [
      'durationMs',
      'inMs',
      'endpoint',
      'symbol',
      'share',
      '__proto__',
      ...Object.values(FAULT_PARAMETERS),
    ];
    const fault = fc
      .tuple(fc.oneof(fc.constantFrom(...kinds), fc.anything()), fc.dictionary(fc.constantFrom(...names.flat()), junk))
      .map(([kind, rest]) => Object.assign({ durationMs: 1 }, rest, { kind }));
    fc.assert(
      fc.property(fc.oneof(fault, fc.array(fault, { maxLength: 3 }), fc.anything()), (value) => {
        let plans: FaultPlan[] = [];
        try {
          plans = parse(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_USAGE' });
          return;
        }
        for (const plan of plans) {
          expect(kinds).toContain(plan.kind);
          expect(plan.atMs).toBeGreaterThanOrEqual(1000);
          expect(plan.durationMs).toBeGreaterThanOrEqual(0);
          expect([null, 0, 1]).toContain(plan.endpoint);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a link given from outside', () => {
  test('is taken as the protocol has it', () => {
    expect(parseLink({ rttMs: 5 })).toEqual({ rttMs: 5 });
    expect(parseLink({ rttMs: 5, jitterMs: 1, bitsPerSecond: 1e6 })).toEqual({
      rttMs: 5,
      jitterMs: 1,
      bitsPerSecond: 1e6,
    });
  });

  test.each([
    [[], 'the body: expected an object'],
    [{}, 'rttMs: expected a number from 0 to 60000'],
    [{ rttMs: Number.NaN }, 'rttMs: expected'],
    [{ rttMs: 1, bitsPerSecond: 0 }, 'bitsPerSecond: expected a number from 1'],
    [{ rttMs: 1, bandwidth: 5 }, 'bandwidth: unknown; there are rttMs, jitterMs, bitsPerSecond'],
    [{ rttMs: 1, jitterMs: 1 }, 'jitter of 1 ms'],
  ])('is refused: %j', (value, told) => {
    expect(refusal(() => parseLink(value))).toContain(told);
  });
});
