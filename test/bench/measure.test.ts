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
  bound: { op: '>=' | '<='; value: number };
  open(): Promise<{ ours(): Promise<number>; peer(): Promise<number>; close(): Promise<void> }>;
}

interface Row {
  id: string;
  value: number;
  interval: [number, number];
  holds: boolean;
}

// Plain scripts of a separate package, which use the built program; so they are loaded once it is built.
let measureRatio: (ratio: Ratio, rounds: number) => Promise<Row>;
let renderTable: (rows: readonly unknown[]) => string;
let openRawClient: (
  origin: string,
  path: string,
  depth: number,
) => Promise<{ run(count: number): Promise<void>; close(): void }>;

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
  const load = (file: string): Promise<never> => import(join(ROOT, 'bench', file)) as Promise<never>;
  ({ measureRatio } = await load('measure.mjs'));
  ({ renderTable } = await load('table.mjs'));
  ({ openRawClient } = await load('raw-client.mjs'));
});

/** Two sides on a machine that gets slower by 5 % a slice, with a little noise. */
function sides(factor: number, calls: string[] = []): Ratio['open'] {
  const random = seededRandom(`sides ${factor}`);
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

describe('a measured ratio', () => {
  test('is that of the two sides, whatever the machine does meanwhile', async () => {
    const row = await measureRatio(ratio('>=', 1.9, sides(2)), 12);
    expect(row.value).toBeCloseTo(2, 2);
    expect(row.interval[0]).toBeLessThanOrEqual(row.value);
    expect(row.interval[1]).toBeGreaterThanOrEqual(row.value);
    expect(row.holds).toBe(true);
  });

  test('alternates ABBA and BAAB after one round that does not count, and closes both sides', async () => {
    const calls: string[] = [];
    await measureRatio(ratio('>=', 1, sides(2, calls)), 6);
    expect(
      calls
        .slice(0, 12)
        .map((name) => name[0])
        .join(''),
    ).toBe('oppo'.repeat(2) + 'poop');
    expect(calls).toHaveLength(7 * 4 + 1);
    expect(calls.at(-1)).toBe('close');
  });

  test('misses a bound that is inside its interval, in either direction', async () => {
    const { interval } = await measureRatio(ratio('>=', 1, sides(2)), 12);
    const inside = (interval[0] + interval[1]) / 2;
    expect((await measureRatio(ratio('>=', inside, sides(2)), 12)).holds).toBe(false);
    expect((await measureRatio(ratio('<=', inside, sides(2)), 12)).holds).toBe(false);
    expect((await measureRatio(ratio('<=', 2.1, sides(2)), 12)).holds).toBe(true);
  });

  test('closes both sides when a slice breaks', async () => {
    const calls: string[] = [];
    const open: Ratio['open'] = () =>
      Promise.resolve({
        ours: () => Promise.reject(new Error('broken')),
        peer: () => Promise.resolve(1),
        close: () => Promise.resolve(void calls.push('close')),
      });
    await expect(measureRatio(ratio('>=', 1, open), 6)).rejects.toThrow('broken');
    expect(calls).toEqual(['close']);
  });
});

test('the table says which bounds were missed and how many', () => {
  const row = { id: 'pool/peer', value: 1.234, interval: [1.1, 1.3], bound: { op: '>=', value: 2 }, holds: false };
  expect(renderTable([row, { ...row, id: 'other', bound: { op: '>=', value: 1 }, holds: true }])).toBe(
    `ratio      value  95 % interval  bound  outcome
pool/peer  1.23   1.10 … 1.30    >= 2   MISSED
other      1.23   1.10 … 1.30    >= 1   holds

2 ratios, 1 missed
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
