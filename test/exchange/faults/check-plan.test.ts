import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import { checkPlan, createFault, Postponed } from '../../../src/exchange/faults/index.js';
import type { FaultPlan, FaultSpec } from '../../../src/exchange/protocol.js';

const ground = { symbols: [['AAA', 'BBB'], ['CCC']], tls: false, movable: false };

function check(plan: Partial<FaultPlan> & FaultSpec, changes: Partial<typeof ground> = {}): void {
  const whole: FaultPlan = { id: 'f', endpoint: 0, atMs: 0, durationMs: 100, ...plan };
  const unit = createFault(plan, new Postponed(systemClock))?.unit;
  if (unit) checkPlan(whole, unit, { ...ground, ...changes });
}

describe('a plan is refused', () => {
  test.each<[Partial<FaultPlan> & FaultSpec, string]>([
    [{ kind: 'refuse', endpoint: 2 }, 'fault f: no endpoint 2'],
    [{ kind: 'refuse', endpoint: -1 }, 'fault f: no endpoint -1'],
    [{ kind: 'refuse', atMs: Number.NaN }, 'fault f: begins at NaN'],
    [{ kind: 'refuse', durationMs: -1 }, 'fault f: lasts -1 ms'],
    [{ kind: 'refuse', share: 0.5 }, 'fault f: refuse is about whole endpoints and has no share'],
    [{ kind: 'refuse', symbol: 'AAA' }, 'fault f: refuse cannot be limited to a symbol'],
    [{ kind: 'slow-handshake', delayMs: 5, symbol: 'AAA' }, 'fault f: slow-handshake cannot be limited to a symbol'],
    [{ kind: 'slow-handshake', delayMs: -5 }, 'fault f: a delay of -5 ms'],
    [{ kind: 'idle-close', afterMs: Number.NaN }, 'fault f: idle for NaN ms'],
    [{ kind: 'reset', share: 0 }, 'fault f: share 0; expected more than 0, at most 1'],
    [{ kind: 'reset', share: 1.5 }, 'fault f: share 1.5; expected more than 0, at most 1'],
    [{ kind: 'drop-messages', symbol: 'CCC' }, 'fault f: no symbol CCC'],
    [{ kind: 'tls-failure' }, 'fault f: the site has no TLS'],
    [{ kind: 'dns-change' }, 'fault f: needs a site that serves names (dns), on an address of 127.0.0.0/8'],
    [{ kind: 'http-error', status: 200 }, 'fault f: status 200; expected 400 to 599'],
    [{ kind: 'close-code', code: 1006, reason: '' }, 'fault f: close code 1006 cannot be sent'],
    [{ kind: 'close-code', code: 2000, reason: '' }, 'fault f: close code 2000 cannot be sent'],
    [{ kind: 'close-code', code: 1008, reason: 'ä'.repeat(62) }, 'fault f: a reason of 124 bytes; at most 123 fit'],
    [{ kind: 'maintenance-notice', leadMs: 101 }, 'fault f: lasts 100 ms, less than its notice of 101 ms'],
    [{ kind: 'maintenance-notice', leadMs: -1 }, 'fault f: a notice of -1 ms'],
  ])('%j', (plan, message) => {
    expect(() => {
      check(plan);
    }).toThrow(new RangeError(message));
  });
});

describe('a plan is taken', () => {
  test.each<Partial<FaultPlan> & FaultSpec>([
    { kind: 'refuse', endpoint: null },
    { kind: 'reset', share: 1, symbol: 'BBB' },
    { kind: 'drop-messages', endpoint: null, symbol: 'CCC', share: 0.01 },
    { kind: 'http-error', status: 418, symbol: 'AAA' },
    { kind: 'close-code', code: 4004, reason: 'x'.repeat(123) },
    { kind: 'maintenance-notice', leadMs: 100 },
  ])('%j', (plan) => {
    check(plan);
  });

  test('for TLS and names where there are such', () => {
    check({ kind: 'tls-failure', by: 'certificate', share: 0.5 }, { tls: true });
    check({ kind: 'dns-change' }, { movable: true });
  });
});

test('there is no fault of an unknown kind, nor of a name that every object has', () => {
  for (const kind of ['nothing', 'toString', '__proto__'])
    expect(createFault({ kind } as unknown as FaultSpec, new Postponed(systemClock))).toBeUndefined();
});
