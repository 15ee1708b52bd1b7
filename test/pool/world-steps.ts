import * as fc from 'fast-check';

/** What the outside does to a pool. `pick` chooses among what is there at that moment. */
export type Step =
  | {
      readonly do: 'acquire' | 'acquireAvoiding' | 'acquireBriefly' | 'tryAcquire' | 'burst' | 'openAll' | 'releaseAll';
    }
  | { readonly do: 'abort' | 'release' | 'answerBadly' | 'retire' | 'open' | 'refuse' | 'die'; readonly pick: number }
  | { readonly do: 'fail'; readonly pick: number; readonly endpointFailed: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'checks'; readonly go: 'good' | 'bad' | 'hang' | 'throw' };

export interface Shape {
  readonly max: number;
  readonly min: number;
  readonly endpoints: number;
  readonly maxPerEndpoint: number;
  readonly maxDialing: number;
  readonly leasesPerConnection: number;
  readonly checks: boolean;
  readonly checkMs: number;
  readonly dials: 'manual' | 'open';
  readonly probeIdleEveryMs: number;
  readonly dialTimeoutMs: number;
  readonly failureThreshold: number;
  readonly idleOrder: 'lifo' | 'fifo';
  readonly balance: 'recent' | 'leastLoaded';
  readonly elideDials: boolean;
}

const NONE = Number.POSITIVE_INFINITY;
const pick = fc.nat(50);
const picking = (
  name: 'abort' | 'release' | 'answerBadly' | 'retire' | 'open' | 'refuse' | 'die',
): fc.Arbitrary<Step> => pick.map((pick) => ({ do: name, pick }));

const ACQUIRES = (['acquire', 'acquire', 'acquire', 'acquireAvoiding', 'acquireBriefly'] as const).map((name) => ({
  do: name,
}));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Step>(...ACQUIRES) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'tryAcquire' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'burst' }, { do: 'openAll' }, { do: 'releaseAll' }) },
  { weight: 6, arbitrary: picking('release') },
  { weight: 1, arbitrary: picking('answerBadly') },
  { weight: 1, arbitrary: picking('retire') },
  { weight: 5, arbitrary: picking('open') },
  { weight: 2, arbitrary: picking('refuse') },
  { weight: 1, arbitrary: picking('die') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(pick, fc.boolean())
      .map(([pick, endpointFailed]): Step => ({ do: 'fail', pick, endpointFailed })),
  },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 60 }).map((ms): Step => ({ do: 'advance', ms })) },
  { weight: 2, arbitrary: picking('abort') },
  { weight: 1, arbitrary: fc.constantFrom('good', 'bad', 'hang', 'throw').map((go): Step => ({ do: 'checks', go })) },
);

// Without a size the arrays stay below twenty steps, whatever their longest may be.
export const steps = fc.array(step, { minLength: 5, maxLength: 70, size: 'max' });
export const ending = fc.constantFrom('close' as const, 'drain' as const);

export const shape: fc.Arbitrary<Shape> = fc
  .record({
    max: fc.integer({ min: 1, max: 4 }),
    min: fc.nat(2),
    endpoints: fc.integer({ min: 1, max: 3 }),
    maxPerEndpoint: fc.constantFrom(NONE, NONE, 2),
    maxDialing: fc.constantFrom(NONE, 1, 2),
    leasesPerConnection: fc.constantFrom(1, 1, 3),
    checks: fc.boolean(),
    checkMs: fc.constantFrom(0, 5),
    dials: fc.constantFrom('manual' as const, 'open' as const),
    probeIdleEveryMs: fc.constantFrom(NONE, 45),
    dialTimeoutMs: fc.constantFrom(40, 500),
    failureThreshold: fc.integer({ min: 1, max: 2 }),
    idleOrder: fc.constantFrom('lifo' as const, 'fifo' as const),
    balance: fc.constantFrom('recent' as const, 'leastLoaded' as const),
    elideDials: fc.boolean(),
  })
  .filter(({ min, max }) => min <= max);
