import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../../src/base/index.js';
import {
  binanceBook,
  BookKeeper,
  type BookKeeperOptions,
  type BookSnapshot,
  coinbaseBook,
  okxBook,
} from '../../../../src/pool/websocket/book/index.js';
import type { StreamData } from '../../../../src/pool/websocket/protocol.js';

const BIDS = [['99', '1']] as const;
const ASKS = [['101', '1']] as const;

function event(firstId: number, lastId: number, bid = '98'): StreamData {
  return { kind: 'data', stream: 'book', firstId, lastId, payload: { b: [[bid, '2']], a: [] } };
}

function okx(prevId: number | undefined, lastId: number): StreamData {
  const payload = [{ bids: prevId === undefined ? BIDS : [], asks: prevId === undefined ? ASKS : [] }];
  const ids = prevId === undefined ? ({ firstId: lastId, snapshot: true } as const) : { firstId: prevId + 1, prevId };
  return { kind: 'data', stream: 'book', lastId, payload, ...ids };
}

function setUp(options: Partial<BookKeeperOptions> = {}) {
  const clock = new FakeClock();
  const asked: { readonly atMs: number; readonly signal: AbortSignal }[] = [];
  const pending: { resolve(book: BookSnapshot): void; reject(error: Error): void }[] = [];
  const states: unknown[] = [];
  const keeper = new BookKeeper({
    rule: binanceBook,
    clock,
    random: seededRandom('keeper'),
    snapshot: (signal) =>
      new Promise((resolve, reject) => {
        asked.push({ atMs: clock.now(), signal });
        pending.push({ resolve, reject });
      }),
    resubscribe: () => void asked.push({ atMs: clock.now(), signal: new AbortController().signal }),
    onState: (state, flaw) => states.push([state, flaw]),
    ...options,
  });
  const answer = async (updateId: number): Promise<void> => {
    pending.shift()!.resolve({ updateId, bids: BIDS, asks: ASKS });
    await clock.advance(0);
  };
  return { clock, keeper, asked, pending, states, answer };
}

describe('a book whose snapshot is requested', () => {
  it('asks with the first message, and goes live with what followed on the snapshot', async () => {
    const { keeper, asked, answer, states } = setUp();
    expect(asked).toHaveLength(0);
    for (const message of [event(5, 8), event(9, 12), event(13, 13)]) keeper.apply(message);
    expect([asked.length, keeper.state]).toEqual([1, 'syncing']);
    await answer(10);
    expect([keeper.state, keeper.lastId, keeper.bids.best, keeper.bids.size]).toEqual(['live', 13, BIDS[0], 2]);
    expect(states).toEqual([['live', undefined]]);
  });

  it('asks again, later, when the snapshot is older than its first message', async () => {
    const { clock, keeper, asked, answer } = setUp();
    keeper.apply(event(5, 8));
    await answer(3);
    expect([keeper.state, asked.length]).toEqual(['syncing', 1]);
    await clock.advance(250);
    expect(asked).toHaveLength(2);
    await answer(4);
    expect([keeper.state, keeper.lastId]).toEqual(['live', 8]);
  });

  it('is broken by a gap, and whole again by the next snapshot', async () => {
    const { keeper, answer, asked, states } = setUp();
    keeper.apply(event(1, 1));
    await answer(1);
    keeper.apply(event(3, 4));
    expect([keeper.state, asked.length]).toEqual(['broken', 2]);
    keeper.apply(event(5, 5));
    await answer(4);
    expect([keeper.state, keeper.lastId]).toEqual(['live', 5]);
    expect(states).toEqual([
      ['live', undefined],
      ['broken', 'gap'],
      ['live', 'gap'],
    ]);
  });

  it('is broken when its sides cross', async () => {
    const { keeper, answer, states } = setUp();
    keeper.apply(event(1, 1));
    await answer(1);
    keeper.apply(event(2, 2, '101'));
    expect(states.at(-1)).toEqual(['broken', 'crossed']);
  });

  it('does not take a snapshot whose sides cross', async () => {
    const { keeper, pending, clock } = setUp();
    keeper.apply(event(1, 1));
    pending.shift()!.resolve({ updateId: 1, bids: [['102', '1']], asks: ASKS });
    await clock.advance(0);
    expect(keeper.state).toBe('syncing');
  });

  it('waits ever longer while attempts fail, and gives up those that take too long', async () => {
    const { clock, keeper, asked, pending } = setUp({ attemptTimeoutMs: 1000, retry: { initialMs: 100, maxMs: 400 } });
    keeper.apply(event(1, 1));
    pending.shift()!.reject(new Error('503'));
    await clock.advance(100);
    expect(asked).toHaveLength(2);
    await clock.advance(1000);
    expect(asked[1]!.signal.aborted).toBe(true);
    await clock.advance(20_000);
    const waits = asked.slice(2).map(({ atMs }, index) => atMs - asked[index + 1]!.atMs - 1000);
    expect(waits.length).toBeGreaterThan(12);
    expect(Math.max(...waits)).toBeGreaterThan(200);
    expect(Math.max(...waits)).toBeLessThanOrEqual(400);
  });

  it('keeps so many messages and no more while it waits', async () => {
    const { keeper, answer } = setUp({ maxBuffered: 3 });
    for (let id = 1; id <= 10; id += 1) keeper.apply(event(id, id));
    await answer(6);
    expect([keeper.state, keeper.lastId]).toEqual(['syncing', 8]);
  });

  it('says nothing more once it is closed', async () => {
    const { clock, keeper, asked, answer, states } = setUp();
    keeper.apply(event(1, 1));
    keeper.close();
    expect(asked[0]!.signal.aborted).toBe(true);
    await answer(1);
    keeper.apply(event(2, 2));
    await clock.advance(60_000);
    expect([states, asked.length]).toEqual([[], 1]);
  });
});

describe('a book whose snapshot comes on the stream', () => {
  it('subscribes anew after a gap, and again when nothing comes of it', async () => {
    const { clock, keeper, asked, states } = setUp({ rule: okxBook, attemptTimeoutMs: 1000 });
    for (const message of [okx(undefined, 5), okx(5, 7), okx(8, 9)]) keeper.apply(message);
    expect([keeper.state, asked.length]).toEqual(['broken', 1]);
    for (const message of [okx(9, 10), okx(10, 11)]) keeper.apply(message);
    await clock.advance(1000);
    await clock.advance(1000);
    expect(asked).toHaveLength(2);
    keeper.apply(okx(undefined, 11));
    keeper.apply(okx(11, 12));
    expect([keeper.state, keeper.lastId]).toEqual(['live', 12]);
    expect(states.map((state) => (state as unknown[])[0])).toEqual(['live', 'broken', 'live']);
  });

  it('is broken by a difference from a state that it never had, and by a new beginning after a loss', () => {
    for (const odd of [okx(8, 12), okx(13, 2)]) {
      const { keeper } = setUp({ rule: okxBook });
      for (const message of [okx(undefined, 5), okx(5, 10)]) keeper.apply(message);
      expect(keeper.state).toBe('live');
      keeper.apply(odd);
      expect(keeper.state).toBe('broken');
    }
  });

  it('goes on through a new beginning that follows', () => {
    const { keeper } = setUp({ rule: okxBook });
    for (const message of [okx(undefined, 900), okx(900, 2), okx(2, 3)]) keeper.apply(message);
    expect([keeper.state, keeper.lastId]).toEqual(['live', 3]);
  });

  it('that breaks again and again does not subscribe without end', async () => {
    const { clock, keeper, asked } = setUp({ rule: okxBook, retry: { initialMs: 250, maxMs: 10_000 } });
    let id = 1;
    for (let passedMs = 0; passedMs < 60_000; passedMs += 100) {
      const before = asked.length;
      await clock.advance(100);
      if (keeper.state === 'live') keeper.apply(okx(id + 1, id + 2));
      else if (asked.length > before || passedMs === 0) keeper.apply(okx(undefined, (id += 10)));
    }
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThan(40);
  });

  it('without numbers is broken when its keeper is told so', () => {
    const { keeper, asked } = setUp({ rule: coinbaseBook });
    const snapshot = { bids: BIDS, asks: ASKS };
    const whole = { kind: 'data', stream: 'b', firstId: 0, lastId: 0, snapshot: true, payload: snapshot } as const;
    keeper.apply(whole);
    keeper.lost();
    expect([keeper.state, asked.length]).toEqual(['broken', 1]);
    keeper.apply(whole);
    expect(keeper.state).toBe('live');
  });
});

it('a keeper without a way to a snapshot is not made', () => {
  expect(() => new BookKeeper({ rule: binanceBook, resubscribe: () => undefined })).toThrow('`snapshot`');
  expect(() => new BookKeeper({ rule: okxBook })).toThrow('`resubscribe`');
});
