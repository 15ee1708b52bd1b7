import { Bench } from 'tinybench';

/**
 * Runs `batch` (which does `size` operations) for about `timeMs` and gives operations a second, from the median
 * duration of a batch. Batches, because reading the clock costs as much as the operations measured here. It must be an
 * async function: of any other, tinybench makes one call that it does not wait for.
 */
export async function operationsPerSecond(batch, size, timeMs = 60) {
  const bench = new Bench({ time: timeMs, iterations: 5, warmup: false, throws: true });
  bench.add('slice', batch);
  await bench.run();
  const [task] = bench.tasks;
  return (size * 1e3) / task.result.latency.p50;
}

/** Does `count` operations with `workers` at a time, each starting its next when its last is done; operations a second. */
export async function closedLoop(workers, count, operation) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await operation();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: workers }, worker));
  return (count * 1e3) / (performance.now() - startedAt);
}
