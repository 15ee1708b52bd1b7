import { metricAt, metricPaths } from '../metrics/index.js';
import type { Path } from './positions.js';
import type { PoolSettings, Scenario } from './schema.js';
import { suggestion } from './suggest.js';

/** What the fields say together and should not. */
export interface Conflict {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The sections that are valid by themselves; a check whose sections are not all there says nothing. */
type Sections = Partial<Scenario>;
type Check = (sections: Sections) => Conflict[];

/** Every conflict between the sections of a scenario. */
export function conflicts(sections: Sections): Conflict[] {
  return CHECKS.flatMap((check) => check(sections));
}

const somethingToDo: Check = ({ load }) =>
  load && !load.requests && !load.streams
    ? [{ path: ['load'], message: '`load` needs `requests`, `streams`, or both' }]
    : [];

const poolBounds: Check = ({ pool }) =>
  pool && pool.min > pool.max
    ? [{ path: ['pool', 'min'], message: `\`pool.min\` (${pool.min}) is above \`pool.max\` (${pool.max})` }]
    : [];

const streamPools: Check = ({ pool, arms }) => {
  if (!pool) return [];
  const own = Object.entries(arms ?? {}).flatMap(([name, arm]) =>
    arm.pool ? [roomForSpares({ ...pool, ...arm.pool }, ['arms', name, 'pool'])] : [],
  );
  return [roomForSpares(pool, ['pool']), ...own].flat();
};

function roomForSpares({ max, standby = 0, feeds = 1, backoff }: PoolSettings, path: Path): Conflict[] {
  const found: Conflict[] = [];
  if (standby >= max)
    found.push({ path: [...path, 'standby'], message: `\`standby\` (${standby}) must be below \`max\` (${max})` });
  if (feeds > max) found.push({ path: [...path, 'feeds'], message: `\`feeds\` (${feeds}) is above \`max\` (${max})` });
  if (backoff && !(backoff.initialMs > 0 && backoff.maxMs >= backoff.initialMs))
    found.push({ path: [...path, 'backoff'], message: '`backoff` must rise from above 0 ms' });
  return found;
}

/** Most jitter, as a share of the round trip: beyond it a trip would have to arrive before it was sent. */
const MOST_JITTER = 0.45;

const jitterWithinTrip: Check = ({ link }) => {
  if (link?.jitterMs === undefined || link.jitterMs <= link.rttMs * MOST_JITTER) return [];
  const most = link.rttMs * MOST_JITTER;
  return [
    {
      path: ['link', 'jitter'],
      message: `a jitter of ${link.jitterMs} ms is above ${most} ms, 45 % of the round trip`,
    },
  ];
};

const streamsInMarket: Check = ({ load, market }) => {
  if (!load?.streams || !market) return [];
  return load.streams.subscriptions.flatMap(({ symbols }, index) =>
    symbols > market.symbols
      ? [
          {
            path: ['load', 'streams', 'subscriptions', index, 'symbols'],
            message: `${symbols} symbols are wanted, but the market has ${market.symbols}`,
          },
        ]
      : [],
  );
};

const changeWithinStreams: Check = ({ load }) => {
  if (!load?.streams) return [];
  const { change, subscriptions } = load.streams;
  const streams = subscriptions.reduce((sum, { symbols }) => sum + symbols, 0);
  const message = `\`change\` (${change}) is above the number of streams (${streams})`;
  return change > streams ? [{ path: ['load', 'streams', 'change'], message }] : [];
};

const faultEndpoints: Check = ({ faults, endpoints }) => {
  if (!faults || endpoints === undefined) return [];
  return faults.rotation.flatMap(({ endpoint }, index) =>
    endpoint < endpoints
      ? []
      : [
          {
            path: ['faults', 'rotation', index, 'endpoint'],
            message: `endpoint ${endpoint} does not exist: there are ${endpoints}, counted from 0`,
          },
        ],
  );
};

const timelineEndpoints: Check = ({ timeline, endpoints, otherVenues }) => {
  if (endpoints === undefined) return [];
  const count = endpoints * (1 + (otherVenues?.length ?? 0));
  return (timeline ?? []).flatMap(({ endpoint }, index) =>
    endpoint === undefined || endpoint < count
      ? []
      : [
          {
            path: ['timeline', index, 'endpoint'],
            message: `endpoint ${endpoint} does not exist: there are ${count}, counted from 0`,
          },
        ],
  );
};

const venuesNamed: Check = ({ venue, otherVenues = [], load }) => {
  if (!venue || !load) return [];
  const venues: readonly string[] = [venue, ...otherVenues];
  const unknown = (name: string, path: Path): Conflict[] =>
    venues.includes(name)
      ? []
      : [{ path, message: `\`${name}\` is not among the scenario’s venues: ${venues.join(', ')}` }];
  return [
    ...(new Set(venues).size < venues.length ? [{ path: ['otherVenues'], message: 'a venue is named twice' }] : []),
    ...(load.requests?.polls ?? []).flatMap((poll, i) =>
      unknown(poll.venue, ['load', 'requests', 'polls', i, 'venue']),
    ),
    ...(load.streams?.subscriptions ?? []).flatMap((subscription, i) =>
      unknown(subscription.venue ?? venue, ['load', 'streams', 'subscriptions', i, 'venue']),
    ),
  ];
};

const samplingFitsLoad: Check = ({ faults, timeline, load, sampling }) => {
  if (sampling?.unit !== 'slice') return [];
  const found: Conflict[] = [];
  const path = ['sampling', 'unit'];
  if (faults ?? timeline) found.push({ path, message: 'faults cannot be sliced: `sampling.unit` must be `launch`' });
  if (load?.streams) found.push({ path, message: 'streams cannot be sliced: `sampling.unit` must be `launch`' });
  const operations = load?.requests?.operations ?? Number.POSITIVE_INFINITY;
  if (operations < 20)
    found.push({
      path: ['load', 'requests', 'operations'],
      message: `a slice of ${operations} operations is too short: at least 20`,
    });
  return found;
};

const looksAscend: Check = ({ sampling }) => {
  if (!sampling?.extendTo) return [];
  const looks = [sampling.pairs, ...sampling.extendTo];
  const message = `\`sampling.extendTo\` must ascend from above \`sampling.pairs\`, got ${looks.join(', ')}`;
  return looks.every((pairs, i) => i === 0 || pairs > (looks[i - 1] ?? 0))
    ? []
    : [{ path: ['sampling', 'extendTo'], message }];
};

const oneControl: Check = ({ arms }) => {
  if (!arms) return [];
  const controls = controlArms({ arms });
  if (controls.length === 1) return [];
  const found = controls.length === 0 ? 'there is none' : `there are ${controls.length}: ${controls.join(', ')}`;
  return [{ path: ['arms'], message: `exactly one arm must have the role control; ${found}` }];
};

const gatesExist: Check = (sections) => (sections.gates ?? []).flatMap((_, index) => gateConflicts(sections, index));

function gateConflicts(sections: Sections, index: number): Conflict[] {
  const gate = sections.gates?.[index];
  if (!gate) return [];
  const { arm, metric, margin, deadZone } = gate;
  const path = ['gates', index];
  const found = [...armExists(sections, arm, [...path, 'arm']), ...metricExists(metric, [...path, 'metric'])];
  if (controlArms(sections).includes(arm))
    found.push({ path: [...path, 'arm'], message: `\`${arm}\` is the control arm, which is only compared with` });
  if (gate.against !== undefined && !controlArms(sections).includes(gate.against))
    found.push({ path: [...path, 'against'], message: `\`${gate.against}\` is not the control arm` });
  if (metricAt(metric)?.definition.better === 'neither')
    found.push({ path: [...path, 'metric'], message: `\`${metric}\` has no better direction: it cannot be gated` });
  if (deadZone >= margin)
    found.push({ path, message: `the dead zone (${deadZone}) must be below the margin (${margin})` });
  return found;
}

const targetsExist: Check = (sections) =>
  (sections.targets ?? []).flatMap((_, index) => targetConflicts(sections, index));

function targetConflicts(sections: Sections, index: number): Conflict[] {
  const targets = sections.targets ?? [];
  const target = targets[index];
  if (!target) return [];
  const path = ['targets', index];
  const { arm, metric, id } = target;
  const found = [...armExists(sections, arm, [...path, 'arm']), ...metricExists(metric, [...path, 'metric'])];
  if (targets.findIndex((other) => other.id === id) !== index)
    found.push({ path: [...path, 'id'], message: `two targets are called \`${id}\`` });
  if (!('against' in target)) return found;
  if (target.against === arm) found.push({ path: [...path, 'against'], message: `\`${arm}\` is compared with itself` });
  return found.concat(armExists(sections, target.against, [...path, 'against']));
}

const deterministicExists: Check = (sections) =>
  Object.entries(sections.deterministic ?? {}).flatMap(([arm, metrics]) =>
    armExists(sections, arm, ['deterministic', arm]).concat(
      metrics.flatMap((metric, index) => metricExists(metric, ['deterministic', arm, index])),
    ),
  );

const CHECKS: readonly Check[] = [
  somethingToDo,
  poolBounds,
  streamPools,
  jitterWithinTrip,
  streamsInMarket,
  changeWithinStreams,
  faultEndpoints,
  timelineEndpoints,
  venuesNamed,
  samplingFitsLoad,
  looksAscend,
  oneControl,
  gatesExist,
  targetsExist,
  deterministicExists,
];

function controlArms({ arms }: Sections): string[] {
  return Object.entries(arms ?? {})
    .filter(([, { role }]) => role === 'control')
    .map(([name]) => name);
}

function armExists({ arms }: Sections, name: string, path: Path): Conflict[] {
  if (!arms || Object.hasOwn(arms, name)) return [];
  return [{ path, message: `there is no arm \`${name}\``, hint: suggestion(name, Object.keys(arms)) }];
}

function metricExists(metric: string, path: Path): Conflict[] {
  if (metricAt(metric)) return [];
  return [{ path, message: `there is no metric \`${metric}\``, hint: suggestion(metric, metricPaths()) }];
}
