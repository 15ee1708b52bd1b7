import { type Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { Link, LinkedSocket, type LinkSettings, Scheduler } from '../../src/link/index.js';
import { FakeSocket } from './fake-socket.js';

const opened: Duplex[] = [];

afterEach(() => {
  for (const stream of opened.splice(0)) stream.destroy();
});

function open(settings: LinkSettings, seed = 'site'): { clock: FakeClock; attach: () => [FakeSocket, Duplex] } {
  const clock = new FakeClock();
  const link = new Link(settings, { scheduler: new Scheduler(clock), random: seededRandom(seed) });
  const attach = (): [FakeSocket, Duplex] => {
    const raw = new FakeSocket(clock);
    const far = link.attach(raw.asSocket());
    opened.push(raw, far);
    return [raw, far];
  };
  return { clock, attach };
}

/** When the first, second, … of three connections hears what its client sent at 0. */
async function heardAt(settings: LinkSettings, seed: string): Promise<number[]> {
  const { clock, attach } = open(settings, seed);
  const heard = [0, 0, 0];
  for (const index of heard.keys()) {
    const [raw, far] = attach();
    far.on('data', () => (heard[index] = clock.now()));
    raw.push('x');
  }
  await clock.advance(10 * settings.rttMs);
  return heard;
}

test('with nothing to emulate there is no link at all', () => {
  const [raw, far] = open({ rttMs: 0, jitterMs: 0 }).attach();
  expect(far).toBe(raw);
});

test.each([{ rttMs: 5 }, { rttMs: 0, bitsPerSecond: 1e9 }])('there is a link for %j', (settings) => {
  expect(open(settings).attach()[1]).toBeInstanceOf(LinkedSocket);
});

test('each connection of a site draws trips of its own, the same ones for the same seed', async () => {
  const jittered = { rttMs: 100, jitterMs: 20 };
  const times = await heardAt(jittered, 'a');
  expect(new Set(times.map(Math.round)).size).toBe(3);
  expect(await heardAt(jittered, 'a')).toEqual(times);
  expect(await heardAt(jittered, 'b')).not.toEqual(times);
  expect(await heardAt({ rttMs: 100 }, 'a')).toEqual([150, 150, 150]);
});

test.each([
  [{ rttMs: -1 }, 'round trip of -1'],
  [{ rttMs: Number.NaN }, 'round trip of NaN'],
  [{ rttMs: 10, jitterMs: -1 }, 'jitter of -1 ms'],
  [{ rttMs: 10, jitterMs: 4.6 }, 'expected 0 to 4.5'],
  [{ rttMs: 0, jitterMs: 1 }, 'jitter of 1 ms'],
  [{ rttMs: 0, bitsPerSecond: 0 }, '0 bits a second'],
  [{ rttMs: 0, bitsPerSecond: Number.POSITIVE_INFINITY }, 'Infinity bits a second'],
])('a link of %j is refused', (settings, told) => {
  expect(() => open(settings)).toThrow(told);
});
