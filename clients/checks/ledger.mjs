import { setTimeout as after } from 'node:timers/promises';
import { expect } from '../report.mjs';

const LOOK_MS = 50;
const LONGEST_MS = 3_000;
/** Long enough for what is on its way to arrive. */
const STALL_MS = 1_000;

/** The ledger of the exchange against what the client saw. Ends with the client closed. */
export async function checkLedger({ report, client, control, witness, subjects, venue, tls }) {
  await report.check('ledger of messages', async () => {
    // With the streams held still, nothing is on its way and both sides have to agree to the message.
    await control.inject({ kind: 'stream-stall', durationMs: STALL_MS });
    const ledger = await settled(control, witness.messages);
    expectMessages(ledger, witness.messages);
    expectSubscriptions(
      ledger,
      subjects.flatMap(({ symbol }) => Object.values(venue.streams(client.market(symbol)))),
    );
    return `${ledger.counts.messagesSent} messages of ${ledger.liveSubscriptions.length} streams, no gap, on both sides`;
  });
  await report.check('ledger of connections', async () => {
    const { counts } = await control.ledger();
    const { requests, restConnections, sockets } = witness;
    expectCounts(counts, { requests, responses: requests, upgrades: sockets, accepted: restConnections + sockets });
    const handshakes = counts.handshakesFull + counts.handshakesResumed;
    expect(handshakes === (tls ? counts.accepted : 0), `${handshakes} TLS handshakes`);
    expect(Object.keys(counts.violations).length === 0, `rules broken: ${JSON.stringify(counts.violations)}`);
    return `${requests} requests over ${restConnections}, ${sockets} sockets on both sides, no rule broken`;
  });
  await report.check('ledger of the end', async () => {
    const { liveSubscriptions } = await control.ledger();
    const lost = liveSubscriptions.length;
    await client.close();
    const { counts } = await until(control, ({ counts }) => counts.subscriptionsLost === lost);
    // Requests go over connections that the client keeps.
    expectCounts(counts, {
      closedByClient: witness.sockets,
      subscriptionsLost: lost,
      closedByExchange: 0,
      closedByFault: 0,
    });
    return `${witness.sockets} sockets closed by the client, ${lost} streams with them`;
  });
  // The next client begins with streams that run.
  await until(control, ({ faults }) => isOver(faults));
}

/** Looks at the ledger until it is as wanted, for no longer than the longest time; resolves with the last look. */
async function until(control, wanted) {
  for (let waited = 0; ; waited += LOOK_MS) {
    const ledger = await control.ledger();
    if (wanted(ledger) || waited >= LONGEST_MS) return ledger;
    await after(LOOK_MS);
  }
}

/** The last look at the ledger while the streams stand still, or the first one that agrees with what was seen. */
async function settled(control, messages) {
  let ledger;
  await until(control, (look) => {
    if (ledger && isOver(look.faults)) return true;
    ledger = look;
    return agree(ledger.liveSubscriptions, messages);
  });
  return ledger;
}

// A fault is listed from the moment when it struck.
function isOver(faults) {
  return faults.length > 0 && faults.every(({ liftedAtMs }) => liftedAtMs !== null);
}

function agree(subscriptions, messages) {
  return subscriptions.every(({ stream, messagesSent }) => messages.get(stream) === messagesSent);
}

function expectMessages({ counts, liveSubscriptions }, messages) {
  for (const { stream, messagesSent, sent } of liveSubscriptions) {
    const seen = messages.get(stream) ?? 0;
    expect(seen === messagesSent, `${stream}: ${messagesSent} messages were sent, ${seen} seen`);
    expect(sent.length <= 1, `${stream}: ids were sent with gaps, ${JSON.stringify(sent)}`);
  }
  const total = [...messages.values()].reduce((sum, count) => sum + count, 0);
  expect(total === counts.messagesSent, `${counts.messagesSent} messages were sent, ${total} seen`);
}

function expectSubscriptions({ counts, liveSubscriptions }, streams) {
  const live = liveSubscriptions.map(({ stream }) => stream);
  expect(live.sort().join() === streams.sort().join(), `subscribed to ${live.join(', ')}, not ${streams.join(', ')}`);
  expectCounts(counts, { subscribes: streams.length, unsubscribes: 0 });
}

function expectCounts(counts, expected) {
  for (const [name, count] of Object.entries(expected))
    expect(counts[name] === count, `${name} are ${counts[name]} for the exchange, ${count} for the client`);
}
