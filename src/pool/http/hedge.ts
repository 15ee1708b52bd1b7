import type { HttpResponse } from './contracts.js';
import { Course, type CourseSetting, type Order } from './course.js';
import type { HttpRequestError } from './errors.js';
import { WholeDelivery } from './whole-delivery.js';

type HedgedOrder = Omit<Order, 'delivery'>;

interface Runner {
  readonly course: Course;
  readonly controller: AbortController;
}

/** Sends a request, and sends it once more when it has no response after `afterMs`; the first response wins. */
export function hedged(setting: CourseSetting, order: HedgedOrder, afterMs: number): Promise<HttpResponse> {
  const { clock, counters } = setting;
  const running = new Set<Runner>();
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      clock.clearTimeout(timer);
      order.signal?.removeEventListener('abort', onAbort);
      how();
      for (const { controller } of running) controller.abort();
    };
    const launch = (avoid: Order['avoid'], won: () => void): Runner => {
      const controller = new AbortController();
      const done = (response: HttpResponse): void => {
        running.delete(runner);
        won();
        settle(() => resolve(response));
      };
      const failed = (error: HttpRequestError): void => {
        running.delete(runner);
        if (running.size === 0) settle(() => reject(error));
      };
      const delivery = new WholeDelivery(done, failed);
      const course = new Course(setting, { ...order, avoid, signal: controller.signal, delivery });
      const runner = { course, controller };
      running.add(runner);
      return runner;
    };
    const onAbort = (): void => {
      for (const { controller } of running) controller.abort(order.signal?.reason);
    };
    const first = launch(order.avoid, () => {});
    const timer = clock.setTimeout(() => {
      const { endpoint } = first.course;
      counters.hedged += 1;
      const second = launch(endpoint && [endpoint], () => {
        counters.hedgesWon += 1;
      });
      second.course.begin();
    }, afterMs);
    if (order.signal?.aborted) onAbort();
    order.signal?.addEventListener('abort', onAbort, { once: true });
    first.course.begin();
  });
}
