// What it costs a stream of messages that none of them may overtake another, by drawing: no clock is involved.
import { seededRandom } from '../../../dist/base/index.js';
import { Line } from '../../../dist/link/line.js';
import { tripTimes } from '../../../dist/link/trip-times.js';

const MESSAGES = 100_000;

/** Mean time in ms that messages sent every `everyMs` take beyond half a round trip. */
export function orderCostMs(link, everyMs) {
  let nowMs = 0;
  let sum = 0;
  const scheduler = {
    now: () => nowMs,
    at: (dueMs) => {
      sum += dueMs - nowMs;
    },
  };
  const [line, opposite] = [new Line(scheduler), new Line(scheduler)];
  const trip = tripTimes(link, seededRandom(`order ${everyMs}`));
  for (let message = 0; message < MESSAGES; message += 1) {
    line.send(0, 0, trip(), opposite, () => undefined);
    nowMs += everyMs;
  }
  return sum / MESSAGES - link.rttMs / 2;
}
