import { chai, describe, expect, it } from 'vitest';
import { NaiveClient } from './naive-client.js';
import * as bugs from './scenarios.js';
import { makePool, scenesOf, type StreamScenario } from './scene.js';

/** The well-known bugs of streaming clients, by their number in the list of them. */
const KNOWN_BUGS: readonly (readonly [number, StreamScenario])[] = [
  [20, bugs.renewedAndLost],
  [21, bugs.twiceInOverlap],
  [22, bugs.lateClose],
  [23, bugs.halfOpen],
  [23, bugs.stalledBehindPings],
  [24, bugs.lostOnReconnect],
  [25, bugs.resubscribeStorm],
  [26, bugs.pingsOverTheLimit],
  [27, bugs.quietMarket],
  [28, bugs.lockstep],
  [29, bugs.quadratic],
];

const openOurs = scenesOf(makePool);
const openNaive = scenesOf((clock, venue, options) => new NaiveClient(clock, venue, options));

describe('this pool', () => {
  for (const [number, { name, run }] of KNOWN_BUGS) it(`keeps to it, bug ${number}: ${name}`, () => run(openOurs));
});

describe('a naive client', () => {
  for (const [number, { name, symptom, run }] of KNOWN_BUGS) {
    it(`is seen to have bug ${number}, against: ${name}`, async () => {
      const failure: unknown = await run(openNaive).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(chai.AssertionError);
      expect(failure).toHaveProperty('message', expect.stringMatching(new RegExp(`^${symptom}: `)));
    });
  }

  it('does what a client is for, as long as nothing goes wrong', async () => {
    const { clock, venue, clients } = openNaive();
    const ids: number[] = [];
    clients[0]?.subscribe('s', (id) => ids.push(id));
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).drop();
    await clock.advance(1000);
    venue.connection(1).data('s', 2);
    expect(ids).toEqual([1, 2]);
    await clients[0]?.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
