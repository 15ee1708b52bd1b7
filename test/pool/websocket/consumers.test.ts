import { channel } from 'node:diagnostics_channel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageBuffer, type OverflowPolicy } from '../../../src/pool/websocket/message-buffer.js';
import type { StreamData } from '../../../src/pool/websocket/index.js';
import { fakeProtocol } from './fake-venue.js';
import { setUp } from './harness.js';

const message = (id: number): StreamData => ({ kind: 'data', stream: 's', firstId: id, lastId: id, payload: null });

describe('a for await loop over a subscription', () => {
  it('gets every message, those that came before it too, and ends with the subscription', async () => {
    const { clock, venue, pool } = setUp();
    const held = pool.subscribe('s');
    await clock.advance(0);
    for (const id of [1, 2]) venue.connection(0).data('s', id);
    const ids: number[] = [];
    const looped = (async () => {
      for await (const { lastId } of held) ids.push(lastId);
    })();
    await clock.advance(0);
    venue.connection(0).data('s', 3);
    await clock.advance(0);
    await held.close();
    await looped;
    expect(ids).toEqual([1, 2, 3]);
    await pool.close();
  });

  it('can be left and taken up again where it stopped', async () => {
    const { clock, venue, pool } = setUp();
    const held = pool.subscribe('s');
    await clock.advance(0);
    for (const id of [1, 2, 3]) venue.connection(0).data('s', id);
    for await (const { lastId } of held) if (lastId === 1) break;
    const ids: number[] = [];
    for await (const { lastId } of held) if (ids.push(lastId) === 2) break;
    expect(ids).toEqual([2, 3]);
    await pool.close();
  });

  it('is told what a full buffer dropped, oldest first, and nothing of it grows', async () => {
    const { clock, venue, pool, of } = setUp();
    const held = pool.subscribe('s', { buffer: { size: 3, overflow: 'dropOldest' } });
    await clock.advance(0);
    for (let id = 1; id <= 10; id += 1) venue.connection(0).data('s', id);
    expect(pool.subscriptions()).toMatchObject([{ stream: 's', waiting: 3, lastId: 10 }]);
    const ids: number[] = [];
    for await (const { lastId } of held) if (ids.push(lastId) === 3) break;
    expect(ids).toEqual([8, 9, 10]);
    expect(of('gap')).toMatchObject([{ stream: 's', lastGoodId: null, firstGoodId: 8, cause: 'overflow' }]);
    expect(pool.stats().streams).toMatchObject({ overflowed: 7, gaps: 1, messages: 10 });
    await pool.close();
  });

  it('ends with an error, after what was there, when the buffer’s policy says to close', async () => {
    const { clock, venue, pool } = setUp();
    const held = pool.subscribe('s', { buffer: { size: 2, overflow: 'close' } });
    await clock.advance(0);
    for (const id of [1, 2, 3]) venue.connection(0).data('s', id);
    await clock.advance(0);
    expect(held.state).toBe('closed');
    const ids: number[] = [];
    await expect(
      (async () => {
        for await (const { lastId } of held) ids.push(lastId);
      })(),
    ).rejects.toMatchObject({ code: 'E_STREAM_OVERFLOW' });
    expect(ids).toEqual([1, 2]);
    expect(venue.connection(0).subscribed.size).toBe(0);
    await pool.close();
  });

  it('is refused where a handler takes the messages', async () => {
    const { pool } = setUp();
    const held = pool.subscribe('s', { onMessage: () => {} });
    expect(() => held[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'E_STREAM_TAKEN' }) as Error);
    await pool.close();
  });
});

const take = async (buffer: MessageBuffer): Promise<number> => (await buffer.next()).value?.lastId ?? 0;

/** Between two messages that do not follow each other exactly one gap is told, with both of its ends below zero. */
function withGaps(seen: readonly number[]): number[] {
  return seen.flatMap((one, index) => {
    const before = seen[index - 1] ?? 0;
    return one === before + 1 ? [one] : [0 - before, -one, one];
  });
}

describe('MessageBuffer', () => {
  it('keeps the order, holds no more than its size, and tells of every message either way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<OverflowPolicy>('dropOldest', 'dropNewest'),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.constantFrom('push', 'push', 'push', 'take'), { maxLength: 200 }),
        async (overflow, size, course) => {
          const taken: number[] = [];
          let dropped = 0;
          const buffer = new MessageBuffer(
            { size, overflow },
            {
              skipped: (before, next) => taken.push(-(before?.lastId ?? 0), -next.firstId),
              dropped: () => (dropped += 1),
              overflowed: () => {},
            },
          );
          let id = 0;
          for (const step of course) {
            if (step === 'push') buffer.push(message((id += 1)));
            else if (buffer.length > 0) taken.push(await take(buffer));
            expect(buffer.length).toBeLessThanOrEqual(size);
          }
          // One more, so that what was dropped last is told too.
          while (buffer.length > 0) taken.push(await take(buffer));
          const last = take(buffer);
          buffer.push(message((id += 1)));
          taken.push(await last);
          const seen = taken.filter((one) => one > 0);
          expect(seen.length + dropped).toBe(id);
          expect(taken.map((one) => one + 0)).toEqual(withGaps(seen));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a handler that throws', () => {
  it('is told as an event and counted, and the stream goes on', async () => {
    const { clock, venue, pool, of } = setUp();
    const ids: number[] = [];
    const held = pool.subscribe('s', {
      onMessage: ({ lastId }) => {
        ids.push(lastId);
        if (lastId % 2 === 0) throw new Error(`cannot take ${lastId}`);
      },
      onState: () => {
        throw new Error('cannot hear of states');
      },
    });
    await clock.advance(0);
    for (const id of [1, 2, 3]) venue.connection(0).data('s', id);
    expect(ids).toEqual([1, 2, 3]);
    expect(held.state).toBe('live');
    expect(of('consumerFailed').map(({ error }) => (error as Error).message)).toEqual([
      'cannot hear of states',
      'cannot take 2',
    ]);
    expect(pool.stats().streams.consumerFailures).toBe(2);
    await pool.close();
  });
});

describe('gaps', () => {
  it('are told as possible where ids only rise, after a loss, and not where the next connection reaches back', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp({
      protocol: fakeProtocol({ sequenceOf: () => 'rising' }),
    });
    subscribe('s');
    await clock.advance(0);
    for (const id of [3, 7]) venue.connection(0).data('s', id);
    venue.connection(0).drop();
    await clock.advance(200);
    for (const id of [7, 9]) venue.connection(1).data('s', id);
    expect(of('gap')).toEqual([]);
    venue.connection(1).drop();
    await clock.advance(400);
    venue.connection(2).data('s', 20);
    expect(seen.get('s')).toEqual([3, 7, 9, 20]);
    expect(of('gap')).toMatchObject([{ lastGoodId: 9, firstGoodId: 20, unknownLoss: true, cause: 'connection' }]);
    expect(pool.stats().streams).toMatchObject({ gaps: 1, gapIds: 0, unknownLosses: 1 });
    await pool.close();
  });

  it('are told also where the connection was lost before the first message', async () => {
    const { clock, venue, pool, of, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).drop();
    await clock.advance(200);
    venue.connection(1).data('s', 5);
    expect(of('gap')).toMatchObject([{ lastGoodId: null, lastGoodAtMs: 1000, firstGoodId: 5, unknownLoss: true }]);
    await pool.close();
  });

  it('are those of the links where messages are linked, and end with a snapshot', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ protocol: fakeProtocol({ sequenceOf: () => 'linked' }) });
    subscribe('s');
    await clock.advance(0);
    const connection = venue.connection(0);
    connection.linked('s', 10, undefined);
    connection.linked('s', 17, 10);
    connection.linked('s', 30, 21);
    connection.drop();
    await clock.advance(200);
    venue.connection(1).say({
      kind: 'data',
      stream: 's',
      firstId: 40,
      lastId: 40,
      snapshot: true,
      payload: null,
    });
    venue.connection(1).linked('s', 45, 40);
    expect(of('gap')).toMatchObject([
      { lastGoodId: 17, firstGoodId: 30, cause: 'venue' },
      { lastGoodId: 30, firstGoodId: 40, cause: 'connection', resynchronised: true },
    ]);
    await pool.close();
  });
});

describe('diagnostics channels', () => {
  it('carry every event with the name of the pool', async () => {
    const heard: unknown[] = [];
    const listener = (news: unknown): void => void heard.push(news);
    channel('mp-bench:stream:gap').subscribe(listener);
    const { clock, venue, pool, of, subscribe } = setUp({ name: 'trades' });
    subscribe('s');
    await clock.advance(0);
    for (const id of [1, 4]) venue.connection(0).data('s', id);
    channel('mp-bench:stream:gap').unsubscribe(listener);
    expect(heard).toEqual([{ pool: 'trades', event: of('gap')[0] }]);
    await pool.close();
  });
});
