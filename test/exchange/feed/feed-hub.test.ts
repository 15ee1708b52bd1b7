import { expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { FeedHub } from '../../../src/exchange/feed/index.js';
import { RecordingSink } from '../recording-sink.js';

it('a feed that fails is counted, and the others go on', async () => {
  const clock = new FakeClock();
  const hub = new FeedHub({
    clock,
    now: () => clock.now(),
    open: (stream) => ({
      symbol: '',
      nextId: 1,
      poll: () => {
        if (stream === 'broken') throw new Error('a bug in the venue');
        return [{ firstId: 1, lastId: 1, frame: () => '{}' }];
      },
    }),
  });
  const [broken, sound] = [new RecordingSink(), new RecordingSink()];
  hub.subscribe('broken', { sink: broken, form: undefined });
  hub.subscribe('sound', { sink: sound, form: undefined });
  await clock.advance(10);
  expect(broken.violations()).toEqual(['exchange-error', 'exchange-error']);
  expect([sound.violations(), sound.messages('sound').length]).toEqual([[], 2]);
  hub.close();
  expect(clock.pendingTimers).toBe(0);
});
