import { assert, boolean, constantFrom, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailedTry, isIdempotent, mayRetry } from '../../../src/pool/http/retry.js';

const kinds = ['refused', 'reset', 'timeout', 'tls', 'aborted', 'protocol', 'closed', 'queueFull'] as const;
const tries: Arbitrary<FailedTry> = record({
  kind: constantFrom(...kinds),
  idempotent: boolean(),
  sent: boolean(),
  old: boolean(),
  answered: boolean(),
  refused: boolean(),
  movedAway: boolean(),
  garbled: boolean(),
  rushed: boolean(),
  several: boolean(),
});

describe('whether a request may be sent again', () => {
  it('with one endpoint: only when it was never written, or idempotent, on a old connection, before any byte', () => {
    assert(
      property(tries, (given) => {
        const alone = { ...given, several: false, movedAway: false, refused: false };
        const stale = alone.idempotent && alone.old && !alone.answered;
        expect(mayRetry(alone)).toBe(alone.kind === 'reset' && (!alone.sent || stale));
      }),
    );
  });

  it('never, for one that is not idempotent and was written, unless the server refused it untouched', () => {
    assert(property(tries, (given) => mayRetry({ ...given, idempotent: false, sent: true }) === given.refused));
  });

  it('with several endpoints: an idempotent one that its endpoint failed goes elsewhere', () => {
    const base = { idempotent: true, sent: true, old: false, answered: true, refused: false };
    const failed = { ...base, movedAway: false, garbled: false, rushed: false, several: true };
    const again = kinds.filter((kind) => mayRetry({ ...failed, kind }));
    expect(again).toEqual(['refused', 'reset', 'timeout']);
    expect(mayRetry({ ...failed, kind: 'protocol', garbled: true })).toBe(true);
    expect(mayRetry({ ...failed, kind: 'protocol', garbled: true, several: false })).toBe(false);
  });

  it('takes the idempotent methods of RFC 9110', () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'POST', 'PATCH', 'CONNECT', 'get'];
    expect(methods.filter(isIdempotent)).toEqual(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'get']);
  });
});
