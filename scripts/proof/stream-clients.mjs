// What do streaming clients lose when a connection is cut, goes deaf, or stops bringing data? Ours beside those that
// people use, as drivers in one run, on the same mock exchange and under the same faults: bench/streams.yaml, its faults
// one by one, a launch of each client for each. Then how long a silent failure stays unnoticed, and what a loss is like for
// a connection that has lasted, several clients at once.
import { installBenchPackages, versions } from './stream-clients/packages.mjs';
import { LONG_MS, measureAtOnce, measureInTurn, PROVEN_MS } from './stream-clients/measure.mjs';
import { render } from './stream-clients/page.mjs';

const KINDS = ['reset', 'refuse', 'close-code', 'stream-stall', 'silence'];
/** Faults that leave the connection open: nobody is told. */
const SILENT = ['stream-stall', 'silence'];
const ROUNDS = [1, 2, 3];

export default {
  version: 2,
  trials: () => [
    ...ROUNDS.flatMap((round) => KINDS.map((kind) => `${kind} round=${round}`)),
    ...SILENT.map((kind) => `${kind} for ${LONG_MS / 1e3} s`),
    `close-code after ${PROVEN_MS / 1e3} s`,
  ],
  async runTrial(id) {
    installBenchPackages();
    const [kind] = id.split(' ');
    return { kind, versions: versions(), ...(await measure(id, kind)) };
  },
  render,
};

function measure(id, kind) {
  const round = /round=(\d+)/.exec(id)?.[1];
  if (round) return measureInTurn(kind, Number(round));
  return measureAtOnce(kind, id.includes(' after ') ? { atMs: PROVEN_MS } : { durationMs: LONG_MS });
}
