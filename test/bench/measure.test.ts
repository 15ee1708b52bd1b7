import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { ROOT } from '../imports.js';

interface Ratio {
  id: string;
  note: string;
  bound: { op: '>=' | '<='; value: number } | undefined;
  open(): Promise<{ ours(): Promise<number>; peer(): Promise<number>; close(): Promise<void> }>;
}

interface Launch {
  logRatio: number;
  logOurs: number;
  logPeer: number;
}

interface Row {
  id: string;
  ours: number;
  peer: number;
  value: number;
  interval: [number, number];
  holds: boolean | undefined;
}

// Plain scripts of a separate package, which use the built program; so they are loaded once it is built.
let measureLaunch: (ratio: Ratio) => Promise<Launch>;
let judge: (ratio: Ratio, launches: readonly Launch[]) => Row;
let renderTable: (rows: readonly unknown[]) => string;
let openRawClient: (
  origin: string,
  path: string,
  depth: number,
) => Promise<{ run(count: number): Promise<void>; close(): void }>;

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
  const load = (file: string): Promise<never> => import(join(ROOT, 'bench', file)) as Promise<never>;
  ({ measureLaunch, judge } = await load('measure.mjs'));
  ({ renderTable } = await load('table.mjs'));
  ({ openRawClient } = await load('raw-client.mjs'));
});

/** Two sides on a machine that gets slower by 5 % a slice, with a little noise. */
function sides(factor: number, { calls = [], seed = '' }: { calls?: string[]; seed?: string } = {}): Ratio['open'] {
  const random = seededRandom(`sides ${factor} ${seed}`);
  let speed = 1000;
  const slice = (name: string, times: number) => () => {
    calls.push(name);
    speed *= 0.95;
    return Promise.resolve(speed * times * (1 + 0.001 * random.next()));
  };
  return () =>
    Promise.resolve({
      ours: slice('ours', factor),
      peer: slice('peer', 1),
      close: () => Promise.resolve(void calls.push('close')),
    });
}

const ratio = (op: '>=' | '<=', value: number, open: Ratio['open']): Ratio => ({
  id: 'a/b',
  note: 'speed',
  bound: { op, value },
  open,
});

/** Judges twelve launches of two sides of which ours is `factor` times as fast. */
async function measured(factor: number, op: '>=' | '<=', value: number): Promise<Row> {
  const launches: Launch[] = [];
  for (let launch = 0; launch < 12; launch += 1) {
    launches.push(await measureLaunch(ratio(op, value, sides(factor, { seed: `${launch}` }))));
  }
  return judge(ratio(op, value, sides(factor)), launches);
}

describe('a measured ratio', () => {
  test('is that of the two sides, whatever the machine does meanwhile', async () => {
    const row = await measured(2, '>=', 1.9);
    expect(row.value).toBeCloseTo(2, 2);
    expect(row.ours / row.peer).toBeCloseTo(2, 2);
    expect(row.interval[0]).toBeLessThanOrEqual(row.value);
    expect(row.interval[1]).toBeGreaterThanOrEqual(row.value);
    expect(row.holds).toBe(true);
  });

  test('comes from one ABBA and one BAAB round after a round that does not count, with both sides closed', async () => {
    const calls: string[] = [];
    await measureLaunch(ratio('>=', 1, sides(2, { calls })));
    const letters = calls.map((name) => name[0]).join('');
    expect(letters).toBe(`${'oppo'.repeat(2)}poopc`);
  });

  test('misses a bound that is inside its interval, in either direction', async () => {
    const { interval } = await measured(2, '>=', 1);
    const inside = (interval[0] + interval[1]) / 2;
    expect((await measured(2, '>=', inside)).holds).toBe(false);
    expect((await measured(2, '<=', inside)).holds).toBe(false);
    expect((await measured(2, '<=', 2.1)).holds).toBe(true);
  });

  test('is shown and not judged when it has no bound', async () => {
    const launches = Array.from({ length: 6 }, () => ({
      logRatio: Math.log(2),
      logOurs: Math.log(6),
      logPeer: Math.log(3),
    }));
    const row = judge({ ...ratio('>=', 1, sides(2)), bound: undefined }, launches);
    expect(row.value).toBeCloseTo(2, 9);
    expect(row.holds).toBeUndefined();
  });

  test('closes both sides when a slice breaks', async () => {
    const calls: string[] = [];
    const open: Ratio['open'] = () =>
      Promise.resolve({
        ours: () => Promise.reject(new Error('broken')),
        peer: () => Promise.resolve(1),
        close: () => Promise.resolve(void calls.push('close')),
      });
    await expect(measureLaunch(ratio('>=', 1, open))).rejects.toThrow('broken');
    expect(calls).toEqual(['close']);
  });
});

test('the table says which bounds were missed and how many', () => {
  const missed = {
    id: 'pool/peer',
    ours: 1234,
    peer: 1e6,
    value: 1.234,
    interval: [1.1, 1.3],
    bound: { op: '>=', value: 2 },
    holds: false,
  };
  const kept = { ...missed, id: 'other', bound: { op: '>=', value: 1 }, holds: true };
  const shown = { ...missed, id: 'shown', bound: undefined, holds: undefined };
  expect(renderTable([missed, kept, shown])).toBe(
    `ratio      ours   peer  value  95 % interval  bound  outcome
pool/peer  1.23k  1M    1.23   1.10 … 1.30    >= 2   MISSED
other      1.23k  1M    1.23   1.10 … 1.30    >= 1   holds
shown      1.23k  1M    1.23   1.10 … 1.30

2 bounds, 1 missed
`,
  );
});

describe('the raw client', () => {
  test('sends as many requests as it is told, and fails when the server hangs up', async () => {
    let served = 0;
    const server = createServer((_request, response) => {
      served += 1;
      if (served > 60) response.destroy();
      else response.end('x'.repeat(3000));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const client = await openRawClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '/', 16);
    await client.run(50);
    expect(served).toBe(50);
    await expect(client.run(50)).rejects.toThrow('closed the connection with');
    client.close();
    server.close();
  });
});
