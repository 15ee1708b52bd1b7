import { loadScenario, type LoadedScenario, type Override, parseOverride } from '../../src/scenario/index.js';
import { MpBenchError, type Problem } from '../../src/base/index.js';

export const SMALL = `name: small
question: Is it small?
venue: binance
endpoints: 2
link: { rtt: 20ms }
market: { symbols: 10 }
load:
  requests:
    arrivals: poisson
    ratePerSecond: 100
    operations: 50
    timeout: 1s
arms:
  unpooled: { stack: day2, driver: unpooled, role: control }
  pooled: { stack: day3, driver: pooled, role: test }
sampling: { unit: slice, pairs: 12 }
gates:
  - { arm: pooled, metric: responseTimeMs.p50 }
quick:
  load: { requests: { operations: 25 } }
  sampling: { pairs: 6 }
`;

interface Options {
  readonly quick?: boolean;
  readonly set?: readonly string[];
}

export function load(text: string, { quick = false, set = [] }: Options = {}): LoadedScenario {
  const overrides: Override[] = set.map(parseOverride);
  return loadScenario({ text, file: 'small.yaml', quick, overrides });
}

/** The problems of a scenario that must not load, one line each: `line:column message (hint)`. */
export function problems(text: string, options: Options = {}): string[] {
  try {
    load(text, options);
  } catch (error) {
    if (error instanceof MpBenchError && error.code === 'E_SCENARIO') return error.problems.map(line);
    throw error;
  }
  throw new Error('the scenario loaded');
}

function line({ message, location, hint }: Problem): string {
  const place = location?.line === undefined ? location?.file : `${location.line}:${location.column}`;
  return `${place} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
