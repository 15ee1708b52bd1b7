import { expect, it } from 'vitest';
import { Claims } from '../../src/driver/index.js';

const dialled = {
  endpoint: 0,
  localPort: 4000,
  carries: 'requests',
  connected: true,
  openedAtMs: 1,
  closedAtMs: null,
  requestsSent: 0,
  responsesReceived: 0,
} as const;

it('claims hand out a closed connection once, an open one every time, as it is at that moment', () => {
  const claims = new Claims();
  const row = claims.connection(dialled);
  row.requestsSent = 1;
  const [open] = claims.read().connections;
  expect(open).toMatchObject({ id: 1, requestsSent: 1, closedAtMs: null });
  row.requestsSent = 2;
  row.closedAtMs = 9;
  expect(claims.read().connections).toMatchObject([{ id: 1, requestsSent: 2, closedAtMs: 9 }]);
  expect(claims.read().connections).toEqual([]);
  // What was read before stays as it was.
  expect(open?.requestsSent).toBe(1);
});

it('claims count every attempt, and which of them repeat an earlier one', () => {
  const claims = new Claims();
  claims.attempt('reset', false);
  claims.attempt(null, true);
  claims.attempt('reset', false);
  expect(claims.read()).toMatchObject({ attempts: 3, attemptFailures: 2, retries: 1, attemptErrors: { reset: 2 } });
});

it('claims hand out each death once', () => {
  const claims = new Claims();
  claims.declaredDead(1, 50);
  expect(claims.read().declaredDead).toEqual([{ endpoint: 1, atMs: 50 }]);
  expect(claims.read().declaredDead).toEqual([]);
});
