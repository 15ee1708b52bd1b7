import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { descendants, isAlive, Workplace } from './command.js';

const COLLECTOR = join(fileURLToPath(new URL('../..', import.meta.url)), 'examples/collector.mjs');
const GENEROUS = 60_000;
const LONGEST_MS = 50_000;

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** Lines that a process has printed so far. */
class Lines {
  readonly #lines: string[] = [];
  #rest = '';
  #ended = false;
  #changed = (): void => undefined;

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop() ?? '';
      this.#lines.push(...parts);
      this.#changed();
    });
    child.once('close', () => {
      this.#ended = true;
      this.#changed();
    });
  }

  get count(): number {
    return this.#lines.length;
  }

  /** The first line from number `from` on that matches; waits for it. */
  async match(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.#lines.slice(from)) {
        const found = pattern.exec(line);
        if (found) return found;
      }
      if (this.#ended) throw new Error(`ended before ${pattern.source}: ${this.#lines.join('\n')}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

async function mock(place: Workplace, port: string): Promise<{ child: ChildProcess; port: string }> {
  const child = place.start(['mock', '--venue', 'binance', '--activity', '3', '--port', port]);
  running.add(child);
  const [, listening = ''] = await new Lines(child).match(/"ws":"ws:\/\/127\.0\.0\.1:(\d+)"/);
  return { child, port: listening };
}

/** Ends a mock without a chance to say goodbye, and waits until its sockets are gone with it. */
async function kill(child: ChildProcess): Promise<void> {
  const processes = descendants(child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'close');
  running.delete(child);
  while (processes.some(isAlive)) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

function collect(port: string): { collector: ChildProcess; lines: Lines } {
  const env = { ...process.env, MP_BENCH_WS_URLS: `ws://127.0.0.1:${port}` };
  const collector = spawn(process.execPath, [COLLECTOR], {
    env,
    timeout: LONGEST_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(collector);
  return { collector, lines: new Lines(collector) };
}

describe('the collector among the examples', () => {
  it(
    'goes on when its exchange was killed and started again, and tells what it lacks',
    { timeout: GENEROUS },
    async () => {
      using place = new Workplace();
      const first = await mock(place, '0');
      const { collector, lines } = collect(first.port);
      await lines.match(/^[1-9]\d* messages$/);
      await kill(first.child);
      await lines.match(/^btcusdt@trade is recovering$/);
      const again = lines.count;
      const second = await mock(place, first.port);
      await lines.match(/^btcusdt@trade is live$/, again);
      const [, missing] = await lines.match(/^btcusdt@trade lacks (\d+) ids from \d+ on$/, again);
      expect(Number(missing)).toBeGreaterThan(0);
      await lines.match(/^btcusdt@depth@100ms lacks [1-9]\d* ids from \d+ on$/, again);
      const resumed = lines.count;
      const [, before] = await lines.match(/^(\d+) messages$/, resumed);
      const later = lines.count;
      const [, after] = await lines.match(/^(\d+) messages$/, later);
      expect(Number(after)).toBeGreaterThan(Number(before));
      const ended = once(collector, 'close');
      collector.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      await kill(second.child);
    },
  );

  it('takes twenty lines', () => {
    const lines = readFileSync(COLLECTOR, 'utf8').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('//')).length).toBeLessThanOrEqual(20);
  });
});
