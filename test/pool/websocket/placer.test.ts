import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { Backoff } from '../../../src/pool/websocket/backoff.js';
import type { AbortSource, Lease } from '../../../src/pool/contracts.js';
import type { WebSocketConnection } from '../../../src/pool/websocket/connection.js';
import { Placer } from '../../../src/pool/websocket/placer.js';
import { nth } from './fake-venue.js';

/** A placer whose acquires are settled by the test, whatever their signals say. */
function setUp(room = 0) {
  const clock = new FakeClock(1);
  const released: object[] = [];
  const acquires: { give(ended?: boolean): void; refuse(): void; signal: AbortSource | undefined }[] = [];
  const placer = new Placer({
    acquire: ({ signal }) =>
      new Promise((resolve, reject) => {
        acquires.push({
          give: (ended = false) => {
            const lease = { connection: { ended }, release: (outcome: object = {}) => released.push(outcome) };
            resolve(lease as unknown as Lease<WebSocketConnection>);
          },
          refuse: () => reject(new Error('no connection')),
          signal,
        });
      }),
    room: () => room,
    backoff: new Backoff({ initialMs: 100, maxMs: 100 }, clock, { ...seededRandom(1), next: () => 1 }),
    clock,
  });
  const placed: string[] = [];
  const placeable = (name: string) => ({ placed: () => void placed.push(name) });
  return { clock, placer, acquires, released, placed, placeable };
}

describe('Placer', () => {
  it('gives a lease back that comes when nobody wants it any more', async () => {
    const { placer, acquires, released, placed, placeable } = setUp();
    const stream = placeable('s');
    placer.add(stream);
    await turn();
    placer.remove(stream);
    expect(nth(acquires, 0).signal?.aborted).toBe(true);
    nth(acquires, 0).give();
    await turn();
    expect(released).toEqual([{}]);
    expect(placed).toEqual([]);
  });

  it('looks on when the connection broke on the way', async () => {
    const { placer, acquires, released, placed, placeable } = setUp();
    placer.add(placeable('s'));
    await turn();
    nth(acquires, 0).give(true);
    await turn();
    expect(released).toEqual([{ broken: true }]);
    nth(acquires, 1).give();
    await turn();
    expect(placed).toEqual(['s']);
    expect(placer.searching).toBe(0);
  });

  it('uses the room there is while it waits with the rest', async () => {
    const { clock, placer, acquires, placeable } = setUp(1);
    placer.add(placeable('first'));
    // The first failure costs nothing, and what was begun with it belongs to it.
    for (let refused = 0; refused < 3; refused += 1) {
      await clock.advance(1);
      nth(acquires, refused).refuse();
      await turn();
    }
    placer.add(placeable('second'));
    placer.add(placeable('third'));
    await clock.advance(50);
    // The first one's place and one for the second; the third waits for the delay to pass.
    expect(acquires).toHaveLength(5);
    await clock.advance(100);
    expect(acquires).toHaveLength(6);
    placer.stop();
    expect(clock.pendingTimers).toBe(0);
    expect(placer.searching).toBe(0);
  });
});
