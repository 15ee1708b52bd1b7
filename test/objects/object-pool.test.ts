import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectPool, ObjectPoolError } from '../../src/objects/index.js';

interface Box {
  value: number;
}

function boxes(max: number, validate?: (box: Box) => boolean): ObjectPool<Box> {
  return new ObjectPool<Box>({
    create: () => ({ value: 0 }),
    reset: (box) => {
      box.value = 0;
    },
    ...(validate && { validate }),
    max,
  });
}

describe('ObjectPool', () => {
  it('gives the object returned last out first, reset', () => {
    const pool = boxes(2);
    const [first, second] = [pool.acquire(), pool.acquire()];
    first.value = 1;
    second.value = 2;
    pool.release(first);
    pool.release(second);
    expect(pool.acquire()).toBe(second);
    expect(second.value).toBe(0);
    expect(pool.stats()).toEqual({ created: 2, acquired: 3, released: 2, hits: 1, discarded: 0, invalid: 0 });
  });

  it('throws when an object is released twice, and still lends it to one holder only', () => {
    const pool = boxes(4);
    const box = pool.acquire();
    pool.release(box);
    expect(() => pool.release(box)).toThrow(ObjectPoolError);
    expect(pool.acquire()).toBe(box);
    expect(pool.acquire()).not.toBe(box);
  });

  it('throws for an object that is another’s', () => {
    expect(() => boxes(1).release({ value: 0 })).toThrow(/another’s/);
  });

  it('discards what does not fit, and what is not fit', () => {
    const pool = boxes(1, (box) => box.value < 10);
    const [kept, surplus, spoilt] = [pool.acquire(), pool.acquire(), pool.acquire()];
    spoilt.value = 10;
    pool.release(spoilt);
    pool.release(kept);
    pool.release(surplus);
    expect(pool.free).toBe(1);
    expect(pool.stats()).toMatchObject({ released: 3, discarded: 1, invalid: 1 });
  });

  it('refuses a limit that is not a whole number', () => {
    expect(() => boxes(1.5)).toThrow(RangeError);
    expect(() => boxes(-1)).toThrow(RangeError);
  });

  it('keeps its books in balance whatever is done to it', () => {
    const step = fc.record({ acquire: fc.boolean(), index: fc.nat(), value: fc.nat(20) });
    fc.assert(
      fc.property(fc.nat(4), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const pool = boxes(max, (box) => box.value < 15);
        const held: Box[] = [];
        for (const { acquire, index, value } of steps) {
          if (acquire || held.length === 0) {
            const box = pool.acquire();
            expect(box.value).toBe(0);
            expect(held).not.toContain(box);
            box.value = value;
            held.push(box);
          } else {
            for (const box of held.splice(index % held.length, 1)) pool.release(box);
          }
          const stats = pool.stats();
          expect(pool.lent).toBe(held.length);
          expect(stats.acquired - stats.released).toBe(held.length);
          expect(pool.free).toBe(stats.released - stats.hits - stats.discarded - stats.invalid);
          expect(pool.free).toBeLessThanOrEqual(max);
        }
      }),
    );
  });
});
