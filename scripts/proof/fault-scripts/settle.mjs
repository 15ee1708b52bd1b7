// The end of the hour: everything that is wanted has to be live and to receive again, nothing else may be carried, and
// the books have to be the exchange's.
import { sleep, systemClock } from '../../../dist/base/index.js';

/**
 * After the hour: far longer than detecting a silent peer, backing off and asking again take together, since a busy
 * machine holds all of it up. What is forgotten is forgotten for ever.
 */
const LONGEST_MS = 30_000;
const EVERY_MS = 100;
/** A stream that received nothing for this long is looked up in the ledger: perhaps nothing was sent. */
const QUIET_MS = 1500;

export async function settle({ exchange, site, script, client, hourEndMs }) {
  const before = await exchange.view(site.id);
  let look;
  let unsettled;
  do {
    await sleep(systemClock, EVERY_MS);
    look = await client.ask('look');
    unsettled = await unsettledIn(look, { exchange, site, script, before, hourEndMs });
  } while (unsettled.length > 0 && systemClock.now() < hourEndMs + LONGEST_MS);
  const settleMs = Math.round(look.atMs - hourEndMs);
  const failures =
    unsettled.length > 0 ? [`not settled after ${LONGEST_MS} ms: ${unsettled.slice(0, 6).join('; ')}`] : [];
  const books = await client.ask('compare');
  return { settleMs, failures, books, look };
}

async function unsettledIn(look, { exchange, site, script, before, hourEndMs }) {
  const { wanted, searching, rotating, closing, books } = look;
  const waiting = [
    ...wanted.filter(({ state }) => state !== 'live').map(({ stream, state }) => `${stream} is ${state}`),
    ...books.filter(({ state }) => state !== 'live').map(({ symbol, state }) => `the book of ${symbol} is ${state}`),
    ...(searching > 0 ? [`${searching} places searched`] : []),
    ...(closing > 0 ? [`${closing} subscriptions closing`] : []),
  ];
  if (waiting.length > 0) return waiting;
  const silent = wanted.filter(({ lastAtMs }) => lastAtMs === null || lastAtMs < hourEndMs);
  if (silent.length > 0 && systemClock.now() < hourEndMs + QUIET_MS)
    return silent.map(({ stream }) => `${stream} is silent`);
  const view = await exchange.view(site.id);
  return [
    ...silent.filter(({ stream }) => wasSent(stream, before, view)).map(({ stream }) => `${stream} receives nothing`),
    ...wronglyCarried(wanted, view, script.pool.feeds, rotating > 0),
  ];
}

/** Whether the exchange has sent anything on a stream's present subscriptions since it was looked at before. */
function wasSent(stream, before, { liveSubscriptions }) {
  const sentBefore = new Map(before.liveSubscriptions.map((row) => [keyOf(row), row.messagesSent]));
  return liveSubscriptions.some((row) => row.stream === stream && row.messagesSent > (sentBefore.get(keyOf(row)) ?? 0));
}

/**
 * What the ledger carries, against what is wanted: each stream as often as there are feeds, and once more while a
 * connection is replaced, which is made before it is broken.
 */
function wronglyCarried(wanted, { liveSubscriptions }, feeds, replacing) {
  const carried = new Map(wanted.map(({ stream }) => [stream, 0]));
  for (const { stream, lostAtMs } of liveSubscriptions)
    if (lostAtMs === undefined) carried.set(stream, (carried.get(stream) ?? Number.NEGATIVE_INFINITY) + 1);
  return [...carried].flatMap(([stream, times]) => {
    if (times < 0) return [`${stream} is carried and not wanted`];
    const right = times === feeds || (replacing && times === feeds + 1);
    return right ? [] : [`${stream} is carried ${times} times`];
  });
}

function keyOf({ endpoint, remotePort, stream, startedAtMs }) {
  return `${endpoint} ${remotePort} ${stream} ${startedAtMs}`;
}
