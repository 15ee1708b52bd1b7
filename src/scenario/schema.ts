import { z } from 'zod';
import { duration, type Resolved } from './duration.js';
import { pool, poolChanges } from './pool-settings.js';
import { timedFault } from './timed-fault.js';

export const DRIVERS = ['unpooled', 'pooled', 'default', 'unpooled-retry'] as const;

/** Venues that the mock exchange speaks, by name; test/scenario/venues.test.ts holds them against the exchange's. */
export const VENUES = ['binance', 'binance-usdm', 'okx', 'deribit', 'bybit', 'coinbase'] as const;

const positive = () => z.int().min(1);
const fraction = () => z.number().min(0).max(1);
const NAME = /^[a-z][a-z0-9-]*$/;
const NAME_EXPECTED = 'expected lower-case letters, digits and -, a letter first';
const PATH = /^\.{0,2}\/.+$/;
const DRIVER_EXPECTED = `expected ${DRIVERS.join(', ')}, or a path that starts with ./ ../ or /`;

function isDriver(text: string): boolean {
  return (DRIVERS as readonly string[]).includes(text) || PATH.test(text);
}

const link = z.strictObject({
  rtt: duration().prefault('0ms').describe('Round-trip time of the emulated network; at 0 there is none.'),
  jitter: duration().exactOptional().describe('Standard deviation of a one-way trip around half the round trip.'),
  bandwidthMbit: z
    .number()
    .positive()
    .exactOptional()
    .describe('What a connection carries each way, in millions of bits a second; unlimited when left out.'),
});

const market = z.strictObject({
  symbols: positive().describe('Symbols that the synthetic market trades.'),
  activity: z.number().positive().default(1).describe('Scales every market rate; 1 is the mean of a normal day.'),
});

const OPERATIONS = ['depth', 'ticker', 'fundingRate', 'openInterest', 'volatility'] as const;

const poll = z.strictObject({
  venue: z.enum(VENUES).describe('Which of the scenario’s venues is asked.'),
  operation: z.enum(OPERATIONS).default('depth').describe('What is asked for.'),
  symbols: positive().describe('How many symbols are asked for in turn, the most active first.'),
  weight: positive().default(1).describe('Share of all requests, relative to the other polls.'),
});

const requestFields = {
  operation: z.literal('depth').default('depth').describe('What a request asks for: a snapshot of an order book.'),
  polls: z.array(poll).min(1).exactOptional().describe('What is asked for instead, where it is more than one thing.'),
  levels: positive().default(100).describe('Price levels on each side of the book.'),
  operations: positive().describe('Operations of one slice (or of one launch, when launches are the unit).'),
  maxInFlight: positive().default(256).describe('Concurrency cap, the same for every arm.'),
  timeout: duration().prefault('5s').describe('Longest an operation may take, waiting included.'),
};

const requests = z.discriminatedUnion('arrivals', [
  z.strictObject({
    arrivals: z.literal('poisson').describe('Open loop: independent arrivals at a mean rate.'),
    ratePerSecond: z.number().positive().describe('Mean arrival rate, operations a second.'),
    ...requestFields,
  }),
  z.strictObject({
    arrivals: z.literal('burst').describe('All operations are wanted at once, maxInFlight at a time.'),
    ...requestFields,
  }),
]);

const subscription = z.strictObject({
  venue: z.enum(VENUES).exactOptional().describe('Which of the scenario’s venues; the first when left out.'),
  channel: z
    .enum(['depth', 'trade', 'bookTicker', 'kline', 'ticker', 'liquidation'])
    .describe('Kind of stream; not every venue has each.'),
  symbols: positive().describe('How many symbols, the most active first; one stream each.'),
});

const streams = z.strictObject({
  subscriptions: z.array(subscription).min(1).describe('Streams that are wanted from the start.'),
  change: z.int().min(0).default(0).describe('Streams exchanged for as many others half-way.'),
  hold: duration().prefault('1s').describe('How long the streams are held, before and again after the change.'),
});

const load = z.strictObject({
  requests: requests.exactOptional().describe('Requests over REST.'),
  streams: streams.exactOptional().describe('Subscriptions over WebSocket.'),
});

const faults = z.strictObject({
  at: duration().describe('When in a launch the fault is injected, from the start of the load.'),
  duration: duration().describe('How long it lasts.'),
  rotation: z
    .array(
      z.strictObject({
        kind: z
          .enum(['refuse', 'reset', 'silence'])
          .describe('refuse: nobody listens; reset: RST to all; silence: sockets stay open, nothing comes.'),
        endpoint: z.int().min(0).describe('Index of the endpoint that fails, from 0.'),
      }),
    )
    .min(1)
    .describe('One fault a launch, in turns; the same for every arm.'),
});

const arm = z.strictObject({
  stack: z
    .enum(['day1', 'day2', 'day3'])
    .describe('Layers it runs on: day2 adds pooled objects, day3 pooled connections.'),
  driver: z
    .string()
    .refine(isDriver, { error: DRIVER_EXPECTED, params: { known: DRIVERS } })
    .describe(
      `The client under test: ${DRIVERS.join(', ')}, or the path of a module (./ ../ or /), from the scenario file.`,
    ),
  role: z.enum(['control', 'test']).describe('The one control arm is what every other arm is paired with.'),
  launches: z.int().min(0).nullable().default(null).describe('Pairs that the arm takes part in; null: all of them.'),
  pool: poolChanges.exactOptional().describe('Settings of the pool that this arm has of its own.'),
});

const gate = z.strictObject({
  arm: z.string().describe('The arm that is gated.'),
  metric: z.string().describe('Metric path, for example responseTimeMs.p50.'),
  against: z
    .string()
    .exactOptional()
    .describe('The control arm, to compare with that in the same run; left out: the gate baseline.'),
  margin: fraction().default(0.1).describe('Change that must not slip through, as a share.'),
  deadZone: fraction().default(0.03).describe('Change that is ignored even when it is real, as a share.'),
});

const targetFields = {
  id: z.string().regex(NAME, { error: NAME_EXPECTED }).describe('Short name, unique in the scenario.'),
  title: z.string().min(1).describe('The promise in words.'),
  arm: z.string().describe('The arm that must keep it.'),
  metric: z.string().describe('Metric path.'),
  is: z.enum(['<', '<=', '>', '>=']).describe('How the value must stand to the limit.'),
  limit: z.number().describe('The limit, in the metric’s unit (or a factor, for a ratio).'),
  byConstruction: z.boolean().default(false).describe('True for any client of this design; labelled so in reports.'),
};
const against = z.string().describe('The arm to compare with.');

const target = z.discriminatedUnion('compare', [
  z.strictObject({ compare: z.literal('ratio').describe('metric ÷ metric of `against`.'), against, ...targetFields }),
  z.strictObject({
    compare: z.literal('difference').describe('metric − metric of `against`.'),
    against,
    ...targetFields,
  }),
  z.strictObject({ compare: z.literal('absolute').describe('One value a launch.'), ...targetFields }),
  z.strictObject({ compare: z.literal('maximum').describe('The largest value of all launches.'), ...targetFields }),
]);

/** The fields of a scenario; what a scenario is once `quick` has been merged or dropped. */
export const scenarioSchema = z.strictObject({
  name: z.string().regex(NAME, { error: NAME_EXPECTED }).describe('The scenario’s name.'),
  question: z.string().min(1).describe('The one question that it answers.'),
  onlyByName: z.literal(true).exactOptional().describe('Left out of a run that names no scenario.'),
  venue: z.enum(VENUES).describe('Whose wire protocol the mock exchange speaks.'),
  otherVenues: z
    .array(z.enum(VENUES))
    .min(1)
    .exactOptional()
    .describe('Venues beside it, each with as many endpoints; they are numbered on.'),
  endpoints: positive().max(16).default(1).describe('Endpoints of each venue, each with its own port.'),
  tls: z.boolean().default(true).describe('https and wss, or http and ws.'),
  link: link.prefault({}).describe('The emulated network between client and exchange.'),
  market: market.describe('The synthetic market.'),
  limits: z
    .enum(['observe', 'enforce'])
    .exactOptional()
    .describe('Whether breaking a rule of the venue has consequences, or is only counted (the default).'),
  timeScale: z
    .number()
    .gt(0)
    .max(1)
    .exactOptional()
    .describe('Multiplies every duration of the venue’s rules: 0.1 makes ten minutes one.'),
  rules: z
    .record(z.string(), z.number().min(0))
    .exactOptional()
    .describe('Single rules of the venue set to other numbers, by name; durations in milliseconds.'),
  load: load.describe('What the client is asked to do: requests, streams, or both.'),
  warmUp: z
    .strictObject({ operations: z.int().min(0).default(0).describe('Operations before measuring, link at 0 ms.') })
    .prefault({})
    .describe('Warm-up of each launch; never measured.'),
  faults: faults.exactOptional().describe('One scripted fault a launch.'),
  timeline: z.array(timedFault).min(1).exactOptional().describe('Faults that every launch meets.'),
  pool: pool.prefault({}).describe('Settings of the pooled arms.'),
  arms: z.record(z.string().regex(NAME), arm).describe('The clients that are compared, by name.'),
  sampling: z
    .strictObject({
      unit: z.enum(['slice', 'launch']).describe('What alternates between the arms of a pair.'),
      pairs: positive().default(12).describe('Launch pairs: the unit of replication.'),
      extendTo: z
        .array(positive())
        .exactOptional()
        .describe('More pairs while a verdict is open: up to the first number, then to the next. Ascending.'),
      stall: duration()
        .exactOptional()
        .describe(
          'A turn during which the machine stood still for longer is left out of all timing; 25 ms if left out.',
        ),
      blocks: positive().default(1).describe('Blocks in each pair, one slice of every arm in each (unit slice).'),
    })
    .describe('How often, and in which order, the arms are measured.'),
  gates: z.array(gate).default([]).describe('Timing metrics compared with the gate baseline; at most four a run.'),
  targets: z.array(target).default([]).describe('Promises, judged within the run.'),
  deterministic: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .describe('By arm: metrics that are the same in each run, compared exactly with the baseline.'),
});

/** A loaded scenario: complete, deeply readonly, durations in milliseconds. */
export type Scenario = Resolved<z.output<typeof scenarioSchema>>;
export type Arm = Scenario['arms'][string];
export type RequestLoad = NonNullable<Scenario['load']['requests']>;
export type StreamLoad = NonNullable<Scenario['load']['streams']>;
export type TimedFault = NonNullable<Scenario['timeline']>[number];
export type Poll = NonNullable<RequestLoad['polls']>[number];
export type Operation = (typeof OPERATIONS)[number];
export type FaultScript = NonNullable<Scenario['faults']>;
export type PoolSettings = Scenario['pool'];
export type GateRule = Scenario['gates'][number];
export type TargetRule = Scenario['targets'][number];
