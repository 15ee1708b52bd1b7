// A venue in scaled time, on both sides alike: the exchange's rules and the protocol that the pool follows.
import { scaled } from '../../../dist/pool/index.js';
import { venues } from '../../../dist/exchange/venues/index.js';
import { venueClients } from '../../../dist/driver/venues/index.js';
import { TIME_SCALE } from './draw.mjs';

/**
 * No duration of a rule is made shorter than two seconds: on a busy machine a process may be late by tens of milliseconds,
 * and then that would be measured. Numbers stay, so that a limit held there is tighter than the venue's.
 */
const SHORTEST_MS = 2000;
/** Twice in the shortest time after which a venue gives a silent client up. */
const HEARTBEAT_MS = SHORTEST_MS / 2;
/** How long before the end of its life the venue tells a connection, of that life. */
const NOTICE = 0.15;

/** The rules that have to be set by hand, in the unscaled units that a site wants. */
export function ruleChanges(venue, maxAgeMs) {
  const rules = venues[venue].rules;
  const changes = {};
  for (const [name, value] of Object.entries(rules))
    if (name.endsWith('Ms')) changes[name] = unscaledMs(floored(value));
  if (maxAgeMs !== null && 'maxAgeMs' in rules) {
    changes.maxAgeMs = unscaledMs(maxAgeMs);
    if ('shutdownNoticeMs' in rules) changes.shutdownNoticeMs = unscaledMs(Math.max(100, maxAgeMs * NOTICE));
  }
  return changes;
}

/** The protocol of the venue as a client has to follow it then. */
export function protocolOf(venue, maxAgeMs) {
  const published = venueClients[venue].streams;
  const protocol = scaled(published, TIME_SCALE);
  const rate = ({ count, perMs }) => ({ count, perMs: floored(perMs) });
  const { requests, requestsPerAddress, connects, maxEmptyMs, heartbeat } = published;
  return {
    ...protocol,
    requests: rate(requests),
    ...(requestsPerAddress && { requestsPerAddress: rate(requestsPerAddress) }),
    ...(connects && { connects: rate(connects) }),
    ...(maxEmptyMs !== undefined && { maxEmptyMs: floored(maxEmptyMs) }),
    ...(heartbeat && {
      heartbeat: { ...protocol.heartbeat, everyMs: Math.max(HEARTBEAT_MS, protocol.heartbeat.everyMs) },
    }),
    ...(maxAgeMs !== null && { maxAgeMs }),
  };
}

/** What a published duration is in scaled time. */
function floored(publishedMs) {
  return Math.max(publishedMs * TIME_SCALE, Math.min(publishedMs, SHORTEST_MS));
}

// What the site multiplies again; where that gives back the published duration, it has to be exact.
function unscaledMs(ms) {
  return ms / TIME_SCALE;
}
