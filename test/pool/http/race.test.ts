import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, sleep } from '../../../src/base/index.js';
import type { ResolvedAddress } from '../../../src/pool/http/addresses.js';
import { interleaved, race } from '../../../src/pool/http/race.js';
import { watch, type Watched } from '../harness.js';

const v4 = (address: string): ResolvedAddress => ({ address, family: 4 });
const v6 = (address: string): ResolvedAddress => ({ address, family: 6 });

describe('a race between addresses', () => {
  let clock: FakeClock;
  let log: string[];
  /** By address: milliseconds to connect; negative to fail after as many; silent when left out. */
  let takes: Record<string, number>;

  beforeEach(() => {
    clock = new FakeClock();
    log = [];
    takes = {};
  });

  function start(addresses: ResolvedAddress[], signal?: AbortSignal): Watched<string> {
    const connect = async ({ address }: ResolvedAddress, until: AbortSignal): Promise<string> => {
      log.push(`${clock.now()} ${address}`);
      until.addEventListener('abort', () => log.push(`${clock.now()} ${address} given up`));
      const ms = takes[address];
      await sleep(clock, Math.abs(ms ?? 1e9), ms === undefined ? until : undefined);
      if (ms !== undefined && ms < 0) throw new Error(`${address} refused`);
      return address;
    };
    const discard = (connection: string): unknown => log.push(`${clock.now()} ${connection} discarded`);
    const lost = (error: unknown): unknown => log.push(`${clock.now()} lost: ${(error as Error).message}`);
    return watch(race(addresses, { clock, attemptDelayMs: 250, signal, connect, discard, lost }));
  }

  it('takes families in turn', () => {
    const mixed = [v6('a'), v6('b'), v4('c'), v6('d'), v4('e'), v4('f'), v4('g')];
    expect(interleaved(mixed).map(({ address }) => address)).toEqual(['a', 'c', 'b', 'e', 'd', 'f', 'g']);
    expect(interleaved([v4('c'), v6('a')]).map(({ address }) => address)).toEqual(['c', 'a']);
  });

  it('goes on to the next address after the head start, when the first is silent', async () => {
    takes = { b: 10 };
    const won = start([v6('a'), v4('b'), v6('c')]);
    await clock.advance(1000);
    expect(won.value).toBe('b');
    expect(log).toEqual(['0 a', '250 b', '260 a given up', '260 lost: another address was faster']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for the head start when an address refuses', async () => {
    takes = { a: -5, b: 10 };
    const won = start([v6('a'), v4('b')]);
    await clock.advance(20);
    expect(won.value).toBe('b');
    expect(log).toEqual(['0 a', '5 lost: a refused', '5 b']);
  });

  it('discards a connection that comes second', async () => {
    takes = { a: 300, b: 20 };
    const won = start([v6('a'), v4('b')]);
    await clock.advance(1000);
    expect(won.value).toBe('b');
    expect(log).toContain('300 a discarded');
  });

  it('fails with the last error when every address has failed', async () => {
    takes = { a: -400, b: -10 };
    const lost = start([v6('a'), v4('b')]);
    await clock.advance(1000);
    expect(lost.error).toHaveProperty('message', 'a refused');
    expect(log.filter((line) => line.includes('lost'))).toEqual(['260 lost: b refused']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives all attempts up when aborted', async () => {
    const controller = new AbortController();
    const lost = start([v6('a'), v4('b')], controller.signal);
    await clock.advance(300);
    controller.abort(new Error('enough'));
    await clock.advance(0);
    expect(lost.error).toHaveProperty('message', 'enough');
    expect(log.filter((line) => line.endsWith('given up'))).toHaveLength(2);
    expect(log.filter((line) => line.endsWith('lost: enough'))).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });
});
