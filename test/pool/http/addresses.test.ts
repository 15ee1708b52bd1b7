import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { AddressCache, type Resolve } from '../../../src/pool/http/addresses.js';

describe('the cache of addresses', () => {
  let clock: FakeClock;
  let answer: string[] | Error;
  let asked: number;
  let gone: string[];
  let ttlMs: number | undefined;
  let cache: AddressCache;

  beforeEach(() => {
    clock = new FakeClock();
    answer = ['192.0.2.1', '192.0.2.2'];
    asked = 0;
    gone = [];
    ttlMs = undefined;
    const resolve: Resolve = async () => {
      asked += 1;
      if (answer instanceof Error) throw answer;
      const addresses = answer.map((address) => ({ address, family: 4 as const }));
      return { addresses, ...(ttlMs === undefined ? {} : { ttlMs }) };
    };
    const onGone = (host: string, address: string): unknown => gone.push(`${host} ${address}`);
    cache = new AddressCache({ clock, ttlMs: 1000, goneAfterLookups: 2, resolve, onGone });
  });

  const found = async (): Promise<string[]> => (await cache.lookup('a.test')).map(({ address }) => address);

  it('asks once for callers who come together, and again when the answer is too old', async () => {
    await Promise.all([found(), found(), found()]);
    await clock.advance(999);
    await found();
    expect(asked).toBe(1);
    await clock.advance(1);
    await found();
    expect(asked).toBe(2);
  });

  it('keeps an answer for as long as the resolver says', async () => {
    ttlMs = 5000;
    await found();
    await clock.advance(4999);
    await found();
    expect(asked).toBe(1);
  });

  it('goes on with the last answer when a look-up fails, and fails when there is none', async () => {
    await expect(cache.lookup('b.test')).resolves.toHaveLength(2);
    answer = new Error('no name server');
    await expect(found()).rejects.toThrow('no name server');
    await clock.advance(1000);
    expect(await cache.lookup('b.test')).toHaveLength(2);
  });

  it('takes an empty answer for a failure', async () => {
    answer = [];
    await expect(found()).rejects.toThrow('a.test has no address');
  });

  it('reports an address that two answers in a row left out, while the host is held', async () => {
    await found();
    cache.hold('a.test');
    answer = ['192.0.2.2'];
    await clock.advance(1000);
    expect(gone).toEqual([]);
    await clock.advance(1000);
    expect(gone).toEqual(['a.test 192.0.2.1']);
    await clock.advance(5000);
    expect(gone).toHaveLength(1);
  });

  it('does not report an address that comes and goes', async () => {
    await found();
    cache.hold('a.test');
    for (let i = 0; i < 10; i += 1) {
      answer = [i % 2 === 0 ? '192.0.2.1' : '192.0.2.2'];
      await clock.advance(1000);
    }
    expect(asked).toBeGreaterThan(8);
    expect(gone).toEqual([]);
  });

  it('stops looking when nobody holds the host, and leaves no timer', async () => {
    await found();
    cache.hold('a.test');
    cache.hold('a.test');
    cache.release('a.test');
    expect(clock.pendingTimers).toBe(1);
    cache.release('a.test');
    expect(clock.pendingTimers).toBe(0);
    cache.hold('a.test');
    cache.close();
    await clock.advance(5000);
    expect(clock.pendingTimers).toBe(0);
  });
});
