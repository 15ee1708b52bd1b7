import { Alarm } from '../alarm.js';
import type { HttpResponse } from './contracts.js';
import { Course } from './course.js';
import type { CourseSetting, Order } from './order.js';
import { WholeDelivery } from './whole-delivery.js';

type HedgedOrder = Omit<Order, 'delivery' | 'onLease'>;

interface Runner {
  readonly course: Course;
  readonly controller: AbortController;
}

/** What one of the two does: hears of its connections, and of its victory. */
interface Part {
  readonly avoid: Order['avoid'];
  readonly onLease: () => void;
  readonly won: () => void;
}

/**
 * Sends a request, and sends it once more when it has no response `afterMs` after it first had a connection; the first
 * response wins. While it waits for a connection a hedge would only wait behind it.
 */
export function hedged(setting: CourseSetting, order: HedgedOrder, afterMs: number): Promise<HttpResponse> {
  const { clock, counters } = setting;
  const running = new Set<Runner>();
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      alarm.clear();
      order.signal?.removeEventListener('abort', onAbort);
      how();
      for (const { controller } of running) controller.abort();
    };
    const prepare = ({ avoid, onLease, won }: Part): Runner => {
      const controller = new AbortController();
      const done = (response: HttpResponse): void => {
        running.delete(runner);
        won();
        settle(() => resolve(response));
      };
      const failed = (error: Error): void => {
        running.delete(runner);
        if (running.size === 0) settle(() => reject(error));
      };
      const delivery = new WholeDelivery(done, failed);
      const course = new Course(setting, { ...order, avoid, signal: controller.signal, delivery, onLease });
      const runner = { course, controller };
      running.add(runner);
      return runner;
    };
    const onAbort = (): void => {
      for (const { controller } of running) controller.abort(order.signal?.reason);
    };
    let second: Runner | undefined;
    const first = prepare({
      avoid: order.avoid,
      onLease: () => {
        if (!second) alarm.noLaterThan(clock.now() + afterMs);
      },
      won: () => {},
    });
    const alarm = new Alarm(clock, () => {
      const { endpoint } = first.course;
      // It looks for another connection; the time begins again when it has one.
      if (!endpoint) return;
      second = prepare({ avoid: [endpoint], ...counting(counters) });
      second.course.begin();
    });
    if (order.signal?.aborted) onAbort();
    order.signal?.addEventListener('abort', onAbort, { once: true });
    first.course.begin();
  });
}

// A hedge counts when it is sent, however often that is tried.
function counting(counters: CourseSetting['counters']): Pick<Part, 'onLease' | 'won'> {
  let sent = false;
  return {
    onLease: () => {
      if (!sent) counters.hedged += 1;
      sent = true;
    },
    won: () => {
      counters.hedgesWon += 1;
    },
  };
}
