import type { Carriage } from './carriage.js';
import type { SequenceRule } from './protocol.js';

/** What may be left by now, and when to look again: infinity when only an event can change anything. */
export interface Handover {
  readonly leave: readonly Carriage[];
  readonly againAtMs: number;
}

/**
 * Which of the carriages that are on their way out are not needed any more: those without which so many others work as
 * there have to be feeds. One works when it is acknowledged, and has brought data or been quiet for `settleMs`, or
 * for less where the venue is about to cut what is to be left. What
 * is on a connection that has to go leaves first, so that a search for something better cannot hold it up.
 */
export function handover(
  carriages: readonly Carriage[],
  { feeds, settleMs, nowMs }: { readonly feeds: number; readonly settleMs: number; readonly nowMs: number },
): Handover {
  const outgoing = carriages.filter((carriage) => carriage.outgoing && carriage.state !== 'leaving');
  const patienceMs = Math.min(settleMs, ...outgoing.map(({ carrier }) => carrier?.settleMs ?? settleMs));
  const worksAtMs = ({ state, joined, acknowledgedAtMs }: Carriage): number => {
    if (state !== 'acknowledged') return Number.POSITIVE_INFINITY;
    return joined ? nowMs : acknowledgedAtMs + patienceMs;
  };
  let working = carriages.filter((carriage) => worksAtMs(carriage) <= nowMs).length;
  const leave: Carriage[] = [];
  for (const carriage of outgoing.sort((one, other) => urgency(other) - urgency(one))) {
    const works = worksAtMs(carriage) <= nowMs ? 1 : 0;
    if (working - works < feeds) continue;
    leave.push(carriage);
    working -= works;
  }
  const later = carriages.map(worksAtMs).filter((atMs) => atMs > nowMs);
  return { leave, againAtMs: leave.length < outgoing.length ? Math.min(...later) : Number.POSITIVE_INFINITY };
}

/**
 * A connection that is to be closed is not asked to let go of its streams one by one: requests have a limit, and its end
 * may be near. Only where ids show that the others left nothing out between them; else the stream has to end in order.
 */
export function mayForget(old: Carriage, carriages: readonly Carriage[], rule: SequenceRule): boolean {
  if (rule === 'none' || old.carrier?.role !== 'retiring' || old.state !== 'acknowledged') return false;
  return carriages.some(({ state, outgoing, joined }) => state === 'acknowledged' && !outgoing && joined);
}

/** The endpoints that a carriage shuns: those of its own, and those that its stream comes from already. */
export function shunsOf(carriage: Carriage, carriages: readonly Carriage[]): readonly number[] {
  const shuns = [...carriage.elsewhere];
  for (const other of carriages) {
    if (other !== carriage && other.carrier && !other.outgoing && other.state !== 'leaving')
      shuns.push(other.carrier.endpointIndex);
  }
  return shuns;
}

function urgency({ carrier }: Carriage): number {
  return carrier?.role === 'retiring' ? 1 : 0;
}
