import { describe, expect, it } from 'vitest';
import type { Observation, RunRecord } from '../../src/record/index.js';
import { observationRecord, type Observed, observedSite } from '../../src/observe/index.js';
import { renderObservation } from '../../src/report/observation.js';

const lossless = { losses: 0, reconnected: 0, neverReconnected: 0, delayMs: null };

const OBSERVATION: Observation = {
  venue: 'binance',
  endpoints: 2,
  tls: true,
  rttMs: 5,
  program: {
    command: ['python3', 'collector.py', '--all'],
    exitCode: null,
    signal: 'SIGKILL',
    ranMs: 61_234,
    stoppedBy: 'duration',
    killed: true,
  },
  connections: {
    opened: 1234,
    endedByClient: 1200,
    endedByExchange: 3,
    endedByFault: 30,
    stillOpen: 1,
    peakOpen: 17,
    unused: 12,
    handshakesFull: 1000,
    handshakesResumed: 222,
    cutInHandshake: 12,
    bytesRead: 123_456,
    bytesWritten: 98_765_432,
  },
  requests: {
    received: 5000,
    answered: 4990,
    byStatus: { 200: 4980, 429: 10 },
    reused: 3800,
    reuseRate: 0.76,
    perConnection: { count: 1200, min: 1, p50: 4, max: 40 },
  },
  reconnects: {
    http: { losses: 31, reconnected: 30, neverReconnected: 1, delayMs: { count: 30, min: 0.8, p50: 12.5, max: 900 } },
    stream: { losses: 2, reconnected: 2, neverReconnected: 0, delayMs: { count: 2, min: 510, p50: 510, max: 1020 } },
  },
  streams: {
    upgrades: 4,
    upgradesRefused: 1,
    subscribed: 80,
    unsubscribed: 3,
    messagesSent: 98_765,
    unsentWhileDown: 432,
    withheld: 5,
    losses: 40,
    resubscribed: 37,
    delayMs: { count: 37, min: 515, p50: 520, max: 1040 },
    neverResubscribed: 23,
    downAtEnd: Array.from({ length: 20 }, (_, i) => `sym${i}usdt@depth@100ms`),
    closesByCode: { 1001: 1, 1008: 2 },
    pingsSent: 3,
    pongsReceived: 3,
  },
  limitsBroken: { 'messages-per-second': 7, 'request-weight-per-minute': 10 },
  faultsPlanned: 4,
  faults: [
    {
      kind: 'cut-all',
      endpoint: null,
      injectedAtMs: 10_000,
      liftedAtMs: 10_050,
      touched: 17,
      connectionsLost: 17,
      firstReconnectMs: 0.8,
      streamsLost: 40,
      streamsNeverBack: 3,
      allStreamsBackMs: null,
    },
    {
      kind: 'silence',
      endpoint: 1,
      injectedAtMs: 20_000,
      liftedAtMs: null,
      touched: 16,
      connectionsLost: 16,
      firstReconnectMs: null,
      streamsLost: 20,
      streamsNeverBack: 0,
      allStreamsBackMs: 1040,
    },
    {
      kind: 'http-error',
      endpoint: 0,
      injectedAtMs: 30_000,
      liftedAtMs: 31_000,
      touched: 10,
      connectionsLost: 0,
      firstReconnectMs: null,
      streamsLost: 0,
      streamsNeverBack: 0,
      allStreamsBackMs: null,
    },
  ],
};

function recordOf(observation: Observation, warnings: readonly string[]): RunRecord {
  const site = observedSite(null, { venue: 'binance', tls: true, seed: 7 });
  const observed: Observed = { observation, metrics: {}, warnings };
  const identity = {
    version: '0.1.0',
    runId: '20260301-093000-7',
    startedAt: '2026-03-01T09:30:00.000Z',
    durationMs: 62_000,
    seed: 7,
    command: 'mp-bench observe --venue binance --seed 7 -- python3 collector.py --all',
  };
  const record = observationRecord(observed, { scenario: null, site, faults: [], warnings: [] }, identity);
  const { environment } = record;
  const machine = {
    ...environment,
    fingerprint: '0f1e2d3c4b5a',
    node: 'v20.19.1',
    cpu: 'Example CPU',
    cores: 2,
    os: 'Linux',
  };
  return { ...record, environment: machine };
}

const PLAIN = { colour: false, columns: 80, file: 'reports/20260301-093000-7/record.json' };

describe('the table of an observation', () => {
  it('shows all that was seen', async () => {
    const table = renderObservation(recordOf(OBSERVATION, ['a warning']), OBSERVATION, PLAIN);
    await expect(table).toMatchFileSnapshot('../golden/observation.txt');
    expect(table.split('\n').filter((line) => line.length > 80 && !line.startsWith('Example CPU'))).toEqual([]);
  });

  it('shows nothing of what was not there', async () => {
    const { connections, requests, streams } = OBSERVATION;
    const zero = <T extends object>(values: T): T =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? 0 : value]),
      ) as T;
    const idle: Observation = {
      ...OBSERVATION,
      tls: false,
      rttMs: 0,
      program: { command: ['true'], exitCode: 0, signal: null, ranMs: 4, stoppedBy: 'SIGINT', killed: false },
      connections: zero(connections),
      requests: { ...zero(requests), byStatus: {}, reuseRate: null, perConnection: null },
      reconnects: { http: lossless, stream: lossless },
      streams: { ...zero(streams), delayMs: null, downAtEnd: [], closesByCode: {} },
      limitsBroken: {},
      faultsPlanned: 0,
      faults: [],
    };
    await expect(renderObservation(recordOf(idle, []), idle, PLAIN)).toMatchFileSnapshot(
      '../golden/observation-idle.txt',
    );
  });

  it('is coloured where that is wanted', () => {
    const table = renderObservation(recordOf(OBSERVATION, []), OBSERVATION, { ...PLAIN, colour: true });
    expect(table).toContain('\u001b[32mOBSERVED\u001b[39m');
  });
});
