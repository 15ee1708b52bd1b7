import { type Rate, scaled, type StreamProtocol } from '../../pool/index.js';
import type { VenueClient } from './venue-client.js';

/** What a client knows of a venue whose rules were changed: rules by name, durations before the time scale. */
export interface KnownRules {
  /** Multiplies every duration of the rules. */
  readonly timeScale: number;
  readonly rules: Readonly<Record<string, number>>;
}

/**
 * The client of a venue that publishes these rules. Of single rules it follows those that a stream protocol has a number
 * for: the largest age, streams on a connection, messages and new connections in a time.
 */
export function underRules(client: VenueClient, { timeScale, rules }: KnownRules): VenueClient {
  const streams = withRules(client.streams, rules);
  return { ...client, streams: timeScale === 1 ? streams : scaled(streams, timeScale) };
}

function withRules(protocol: StreamProtocol, rules: KnownRules['rules']): StreamProtocol {
  const { requests, connects } = protocol;
  const { maxAgeMs, streamsPerConnection } = rules;
  return {
    ...protocol,
    requests: changed(requests, rules['messagesPerWindow'], rules['messageWindowMs']),
    ...(connects && { connects: changed(connects, rules['connectionsPerWindow'], rules['connectionWindowMs']) }),
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    ...(streamsPerConnection !== undefined && { maxStreamsPerConnection: streamsPerConnection }),
  };
}

function changed(rate: Rate, count = rate.count, perMs = rate.perMs): Rate {
  return { count, perMs };
}
