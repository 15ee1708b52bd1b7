import { createHash } from 'node:crypto';
import { METRIC_VERSION } from '../metrics/index.js';
import {
  type ArmRecord,
  environment,
  type RunRecord,
  type RunVerdict,
  SCHEMA_VERSION,
  type ScenarioRecord,
} from '../record/index.js';
import type { LoadedScenario } from '../scenario/index.js';
import type { Observed } from './observe.js';
import type { ObservedSite, TimedFault } from './options.js';

/** What the record says of the observation beside what was seen. */
export interface ObservationIdentity {
  readonly version: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly seed: number;
  readonly command: string;
}

export interface ObservationSetting {
  readonly scenario: LoadedScenario | null;
  readonly site: ObservedSite;
  readonly faults: readonly TimedFault[];
  readonly warnings: readonly string[];
}

const NAME = 'observe';
const QUESTION = 'What does this program do with its connections?';

/**
 * An observation as the record of a run: one scenario with the one arm `observed`. It has no targets and no gates, so
 * its verdict is `empty`, or `partial` when a signal stopped it.
 */
export function observationRecord(
  { observation, metrics, warnings }: Observed,
  setting: ObservationSetting,
  { version, ...identity }: ObservationIdentity,
): RunRecord {
  const { stoppedBy } = observation.program;
  const verdict = stoppedBy === 'SIGINT' || stoppedBy === 'SIGTERM' ? 'partial' : 'empty';
  return {
    schemaVersion: SCHEMA_VERSION,
    metricVersion: METRIC_VERSION,
    tool: { name: 'mp-bench', version },
    ...identity,
    quick: false,
    overrides: {},
    environment: environment(),
    verdict,
    scenarios: [scenarioRecord(setting, verdict, metrics)],
    warnings: [...setting.warnings, ...warnings],
    observation,
  };
}

function scenarioRecord(
  { scenario, site, faults }: ObservationSetting,
  verdict: RunVerdict,
  metrics: ArmRecord['metrics'],
): ScenarioRecord {
  const resolved = { site, faults };
  return {
    name: scenario?.scenario.name ?? NAME,
    question: scenario?.scenario.question ?? QUESTION,
    // Of what the program met, not of the scenario's arms, which play no part here.
    hash: createHash('sha256').update(JSON.stringify(resolved)).digest('hex').slice(0, 12),
    source: scenario?.file ?? 'command line',
    resolved,
    verdict,
    leases: 'both',
    arms: {
      observed: {
        stack: 'none',
        driver: 'external',
        role: 'test',
        launches: 1,
        metrics,
        warmUp: null,
        errors: {},
        acquires: null,
        setupPartsMs: null,
      },
    },
    deterministic: {},
    targets: [],
    baselines: [],
    witness: { agree: true, checks: [] },
    faults: [],
    pairs: [],
    launches: [],
    warnings: [],
  };
}
