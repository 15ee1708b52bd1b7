// What do streaming clients lose when a connection is cut, goes deaf, or stops bringing data? Ours beside those that
// people use, as drivers in one run, on the same mock exchange and under the same faults: bench/streams.yaml, its faults
// one by one, a launch of each client for each. Then how long a silent failure stays unnoticed, all clients at once.
import { installBenchPackages, versions } from './stream-clients/packages.mjs';
import { LONG_MS, measureAtOnce, measureInTurn } from './stream-clients/measure.mjs';
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
  ],
  async runTrial(id) {
    installBenchPackages();
    const [kind] = id.split(' ');
    const round = /round=(\d+)/.exec(id)?.[1];
    const measured = round ? await measureInTurn(kind, Number(round)) : await measureAtOnce(kind);
    return { kind, versions: versions(), ...measured };
  },
  render,
};
