import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { AddressCache, type Resolve } from '../../../src/pool/http/addresses.js';

describe('the cache of addresses', () => {
  let clock: FakeClock;
  let answer: string[] | Error;
  let asked: number;
  let gone: string[];
  let ttlMs: number | undefined;
  let hangs: boolean;
  let cache: AddressCache;

  beforeEach(() => {
    clock = new FakeClock();
    answer = ['192.0.2.1', '192.0.2.2'];
    asked = 0;
    gone = [];
    ttlMs = undefined;
    hangs = false;
    const resolve: Resolve = async () => {
      asked += 1;
      if (hangs) return new Promise(() => {});
      if (answer instanceof Error) throw answer;
      const addresses = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const);
      return { addresses, ...(ttlMs === undefined ? {} : { ttlMs }) };
    };
    const onGone = (host: string, address: string): unknown => gone.push(`${host} ${address}`);
    cache = new AddressCache({ clock, ttlMs: 1000, timeoutMs: 300, goneAfterLookups: 2, resolve, onGone });
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

  it('gives a look-up up after its limit, and asks anew', async () => {
    hangs = true;
    const first = expect(found()).rejects.toThrow('the look-up of a.test took over 300 ms');
    await clock.advance(299);
    const joined = expect(found()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await clock.advance(1);
    await Promise.all([first, joined]);
    expect(asked).toBe(1);
    hangs = false;
    expect(await found()).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on with the last answer when a look-up hangs: at once while the host is held, else after the limit', async () => {
    await found();
    hangs = true;
    await clock.advance(1000);
    let waited = found();
    await clock.advance(300);
    expect(await waited).toHaveLength(2);
    cache.hold('a.test');
    await clock.advance(1000);
    waited = found();
    await clock.advance(0);
    expect(await waited).toHaveLength(2);
    expect(asked).toBe(3);
  });

  it('takes an answer that comes after its limit, unless a later question was answered before', async () => {
    const waiting: ((address: string) => void)[] = [];
    const resolve: Resolve = () =>
      new Promise((done) => {
        waiting.push((address) => done({ addresses: [{ address, family: 4 }] }));
      });
    cache = new AddressCache({ clock, ttlMs: 1000, timeoutMs: 300, goneAfterLookups: 2, resolve, onGone: () => {} });
    const late = found().catch(() => []);
    await clock.advance(300);
    expect(await late).toEqual([]);
    const later = found();
    waiting[1]?.('192.0.2.7');
    expect(await later).toEqual(['192.0.2.7']);
    waiting[0]?.('192.0.2.6');
    await clock.advance(0);
    expect(await found()).toEqual(['192.0.2.7']);
    await clock.advance(1000);
    const third = found();
    await clock.advance(300);
    expect(await third).toEqual(['192.0.2.7']);
    waiting[2]?.('192.0.2.8');
    await clock.advance(0);
    expect(await found()).toEqual(['192.0.2.8']);
  });

  it('leaves no timer of a look-up that hangs when it is closed', async () => {
    hangs = true;
    const waiting = found().catch(() => []);
    cache.close();
    expect(clock.pendingTimers).toBe(0);
    expect(await waiting).toEqual([]);
  });

  it('knows an address in every form of writing, and lists it once', async () => {
    answer = ['0:0:0:0:0:0:0:1', '::1', '2001:DB8::00A', 'fe80::1%lo', '192.0.2.1', '192.0.2.1'];
    expect(await found()).toEqual(['::1', '2001:db8::a', 'fe80::1%lo', '192.0.2.1']);
    cache.hold('a.test');
    answer = ['0::1'];
    await clock.advance(2000);
    expect(gone).toEqual(['a.test 2001:db8::a', 'a.test fe80::1%lo', 'a.test 192.0.2.1']);
  });

  it.each([0, Number.NaN, -5, Number.POSITIVE_INFINITY])(
    'does not ask in a circle for a time to live of %d',
    async (ttl) => {
      ttlMs = ttl;
      await found();
      cache.hold('a.test');
      await clock.advance(10_000);
      expect(asked).toBeLessThanOrEqual(11);
      expect(clock.pendingTimers).toBe(ttl === Number.POSITIVE_INFINITY ? 0 : 1);
      cache.close();
    },
  );
});
