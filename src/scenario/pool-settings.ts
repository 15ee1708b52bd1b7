import { z } from 'zod';
import { duration } from './duration.js';

const positive = () => z.int().min(1);

/** What a pool of streams may be told; left out, its own defaults hold. */
const streamFields = {
  standby: z.int().min(0).exactOptional().describe('Stream connections kept ready without streams, within max.'),
  feeds: z
    .union([z.literal(1), z.literal(2)], { error: 'expected 1 or 2' })
    .exactOptional()
    .describe('Connections that carry each stream at once; what arrives first counts.'),
  staleAfter: duration().exactOptional().describe('A stream without data for this long is asked for anew.'),
  ackTimeout: duration().exactOptional().describe('A subscribe without an answer for this long is sent again.'),
  rotateBefore: duration()
    .exactOptional()
    .describe('Stream connections are replaced so long before the venue’s largest age.'),
  rotateSpread: duration().exactOptional().describe('… at a random moment of this long before that.'),
  settle: duration()
    .exactOptional()
    .describe('How long a connection that takes a stream over may be without data before the old one is left.'),
  mergeWait: duration()
    .exactOptional()
    .describe('How long a message waits for another connection to bring what is missing before it.'),
  backoff: z
    .strictObject({
      initial: duration().describe('Longest delay before the first new dial.'),
      max: duration().describe('Longest delay before any.'),
    })
    .exactOptional()
    .describe('Delay before a stream connection is dialled again.'),
  rebalance: z.boolean().exactOptional().describe('Streams move back to an endpoint that is in service again.'),
};

const fields = {
  min: z.int().min(0).describe('Connections kept open at least.'),
  max: positive().describe('Connections open at most.'),
  warmStart: z.enum(['none', 'min', 'max']).describe('Connections opened before the load starts.'),
  tries: positive().describe('Attempts an operation has, on different endpoints where there are some.'),
  acquireTimeout: duration().describe('Longest wait for a connection, dialing included.'),
  attemptTimeout: duration().describe(
    'Longest one attempt may take; then its connection is given up. The same for every arm.',
  ),
  dialTimeout: duration().describe('Longest a dial may take until the connection is usable.'),
  idleTimeout: duration().describe('Idle connections above min are closed after this.'),
  maxLifetime: duration().describe('Connections are retired at this age.'),
  maxPending: positive().describe('Acquires that may wait at once.'),
  failureThreshold: positive().describe('Failures in a row after which an endpoint is out.'),
  cooldown: duration().describe('How long an endpoint is out before one trial.'),
  streamsPerConnection: positive().describe('Streams that one WebSocket connection carries.'),
  silenceTimeout: duration().describe('A stream connection that is silent this long is pinged.'),
  pingTimeout: duration().describe('… and is dead when nothing arrives for this long after the ping.'),
};

/** Settings of the pooled arms. */
export const pool = z.strictObject({
  min: fields.min.default(0),
  max: fields.max.default(16),
  warmStart: fields.warmStart.default('none'),
  tries: fields.tries.default(2),
  acquireTimeout: fields.acquireTimeout.prefault('5s'),
  attemptTimeout: fields.attemptTimeout.prefault('5s'),
  dialTimeout: fields.dialTimeout.prefault('5s'),
  idleTimeout: fields.idleTimeout.prefault('60s'),
  maxLifetime: fields.maxLifetime.prefault('1h'),
  maxPending: fields.maxPending.default(10_000),
  failureThreshold: fields.failureThreshold.default(1),
  cooldown: fields.cooldown.prefault('2s'),
  streamsPerConnection: fields.streamsPerConnection.default(200),
  silenceTimeout: fields.silenceTimeout.prefault('10s'),
  pingTimeout: fields.pingTimeout.prefault('5s'),
  ...streamFields,
});

/** What one arm has of its own; the scenario's settings hold for the rest. */
export const poolChanges = z.strictObject({
  streamsPerConnection: fields.streamsPerConnection.exactOptional(),
  silenceTimeout: fields.silenceTimeout.exactOptional(),
  pingTimeout: fields.pingTimeout.exactOptional(),
  max: fields.max.exactOptional(),
  ...streamFields,
});
