import { describe, expect, it } from 'vitest';
import type { Subscription, SubscriptionState } from '../../../../src/pool/websocket/index.js';
import { setUp } from '../harness.js';

describe('a consumer that acts while it is being told something', () => {
  it('gets a stream that it asks for anew on hearing of its acknowledgement', async () => {
    const { clock, venue, pool, subscribe, seen } = setUp();
    const subscription = subscribe('s0');
    let asked = false;
    let renewed = false;
    pool.on(({ kind }) => {
      if (kind !== 'acknowledged' || asked) return;
      asked = true;
      void subscription.resubscribe().then(() => {
        renewed = true;
      });
    });
    for (let passed = 0; passed < 20; passed += 1) await clock.advance(100);
    expect(venue.open.flatMap(({ subscribed }) => [...subscribed])).toEqual(['s0']);
    venue.connection(0).data('s0', 7);
    await clock.advance(0);
    expect(seen.get('s0')).toEqual([7]);
    expect(renewed).toBe(true);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('cannot subscribe while the pool closes', async () => {
    const { clock, pool, subscribe } = setUp();
    const tried: unknown[] = [];
    subscribe('s0', {
      onState: (state) => {
        if (state !== 'closed') return;
        try {
          tried.push(pool.subscribe('s1'));
        } catch (error) {
          tried.push((error as { code?: string }).code);
        }
      },
    });
    await clock.advance(100);
    await pool.close();
    expect(tried).toEqual(['E_STREAM_CLOSED']);
    expect(pool.subscriptions()).toEqual([]);
    expect(pool.stats().streams.desired).toBe(0);
  });

  it('may close the pool again while it closes', async () => {
    const { clock, pool, subscribe, states } = setUp();
    const closes: Promise<void>[] = [];
    subscribe('s0', { onState: (state) => state === 'closed' && closes.push(pool.close()) });
    subscribe('s1');
    await clock.advance(100);
    const first = pool.close();
    expect(closes[0]).toBe(first);
    await first;
    expect(states.get('s1')?.filter((state) => state === 'closed')).toHaveLength(1);
    expect(pool.stats().streams.desired).toBe(0);
  });

  it('leaves no timer behind when it closes the pool on hearing that its stream was refused for now', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    subscribe('s0', { onState: (state) => state === 'recovering' && later?.() });
    await clock.advance(100);
    let closed: Promise<void> | undefined;
    const later = (): void => {
      closed = pool.close();
    };
    venue.refuses.add('s0');
    venue.connection(0).drop();
    await closed;
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer behind when it closes its subscription on hearing that its stream is not served any more', async () => {
    const { clock, venue, pool, subscribe } = setUp({ origins: ['ws://a:1', 'ws://b:1'] });
    const subscription: { now?: Subscription } = {};
    const passed: SubscriptionState[] = [];
    subscription.now = subscribe('s0', {
      onState: (state) => {
        passed.push(state);
        if (passed.filter((other) => other === 'recovering').length > 0) void subscription.now?.close();
      },
    });
    await clock.advance(100);
    venue.refuses.add('s0');
    venue.connection(0).drop();
    await clock.advance(5000);
    expect(passed).toEqual(['live', 'recovering', 'closed']);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gets nothing after its end, though messages were held for it when it closed the pool', async () => {
    const { clock, venue, pool, subscribe, of } = setUp({
      origins: ['ws://a:1', 'ws://b:1'],
      feeds: 2,
      mergeWaitMs: 500,
    });
    const heard: (number | string)[] = [];
    let closed: Promise<void> | undefined;
    subscribe('s0', {
      onState: (state) => heard.push(state),
      onMessage: ({ lastId }) => {
        heard.push(lastId);
        if (lastId === 5) closed = pool.close();
      },
    });
    await clock.advance(100);
    venue.connection(0).data('s0', 1);
    venue.connection(1).data('s0', 1);
    for (const id of [5, 6, 7]) venue.connection(1).data('s0', id);
    await clock.advance(1000);
    await closed;
    expect(heard).toEqual(['live', 1, 5, 'closed']);
    expect(of('gap')).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});
