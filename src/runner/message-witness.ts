import { SequenceRanges } from '../base/index.js';
import type { FaultKind } from '../exchange/protocol.js';
import type { StreamTally } from './arm/messages.js';
import { common, sizeOf, without } from './id-ranges.js';
import { type Identity, identity } from './identity.js';
import type { LaunchSample } from './launch.js';
import type { StreamAccount } from './stream-ledger.js';

const NOTHING: Pick<StreamTally, 'ids' | 'gaps' | 'received'> = { ids: [], gaps: [], received: 0 };

/** One stream's messages by both sides. */
interface Compared {
  readonly sentIds: number;
  readonly seenIds: number;
  /** Sent on a connection that was cut, and not seen. */
  readonly inFlight: number;
  /** Sent, and told as a gap: a fault had them arrive after later ones. */
  readonly late: number;
  readonly remainder: number;
  /** Where every message can be counted on both sides; 0 elsewhere. */
  readonly sentMessages: number;
  readonly seenMessages: number;
}

/**
 * Ids that the exchange sent against ids that the handler saw. Only a cut connection may lose any, or a fault that makes
 * them late, if the client says so. Messages are counted where no connection was cut and no two carried the same ones.
 */
export function messageIdentities(launch: LaunchSample, streams: readonly StreamAccount[]): Identity[] {
  const reordered = touchedBy(launch, 'reorder-messages');
  const compared = streams.map((stream) => compare(stream, reordered > 0));
  const sum = (value: (one: Compared) => number): number => compared.reduce((total, one) => total + value(one), 0);
  const ids: Identity = {
    id: 'ids',
    client: sum((one) => one.seenIds),
    exchange: sum((one) => one.sentIds),
    explained: { 'lost in flight': sum((one) => one.inFlight), 'late by a fault': sum((one) => one.late) },
    remainder: sum((one) => one.remainder),
  };
  const [client, exchange] = [sum((one) => one.seenMessages), sum((one) => one.sentMessages)];
  // What a fault sent again or late, a client may drop or hand on.
  const dropped = Math.max(0, exchange - client);
  const repeated = Math.min(dropped, touchedBy(launch, 'duplicate-messages'));
  const late = Math.min(dropped - repeated, reordered);
  return [ids, identity('messages', client, exchange, { 'repeated by a fault': repeated, 'late by a fault': late })];
}

function compare({ rows, seen }: StreamAccount, reordered: boolean): Compared {
  const sent = new SequenceRanges(rows.flatMap((row) => row.sent)).ranges;
  const { ids, gaps, received } = seen ?? NOTHING;
  // Seen, and never sent: nothing explains that.
  const invented = sizeOf(without(ids, sent));
  const missing = without(sent, ids);
  const whole = { sentIds: sizeOf(sent), seenIds: sizeOf(ids), late: 0, sentMessages: 0, seenMessages: 0 };
  if (rows.some((row) => row.endedBy !== 'unsubscribe'))
    return { ...whole, inFlight: sizeOf(missing), remainder: invented };
  const late = reordered ? sizeOf(common(missing, gaps)) : 0;
  const twice = rows.reduce((sum, row) => sum + sizeOf(row.sent), 0) > whole.sentIds;
  return {
    ...whole,
    inFlight: 0,
    late,
    remainder: invented + sizeOf(missing) - late,
    ...(!twice && { sentMessages: rows.reduce((sum, row) => sum + row.messagesSent, 0), seenMessages: received }),
  };
}

function touchedBy({ faults }: LaunchSample, fault: FaultKind): number {
  return faults.reduce((sum, { kind, touched }) => sum + (kind === fault ? touched : 0), 0);
}
