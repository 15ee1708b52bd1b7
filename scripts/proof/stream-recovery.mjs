// How soon do streams go on when a connection fails, and is anything lost when nothing has to be? The pool of streams
// against a mock exchange in a process of its own, over real sockets and the emulated link, one fault a trial.
import {
  CASES,
  LATE_FOR_ROTATION_MS,
  LATE_MS,
  LOCKSTEP_MS,
  PING_MS,
  ROUND_TRIP_MS,
  SILENCE_MS,
} from './streams/cases.mjs';
import { exactTable, recoveryTable, slowest, stormTable, totals } from './streams/tables.mjs';
import { runCalmly } from './streams/trial.mjs';

const ROUNDS = 20;

const idOf = ({ group, name }, turn) => `${group}: ${name} turn=${turn}`;
const turnsOf = ({ together }) => Array.from({ length: Math.ceil(ROUNDS / together) }, (_, index) => index + 1);

export default {
  version: 1,
  trials: () => CASES.flatMap((one) => turnsOf(one).map((turn) => idOf(one, turn))),
  runTrial(id) {
    const one = CASES.find((other) => id.startsWith(idOf(other, '')));
    const seeds = Array.from({ length: one.together }, (_, number) => `${id} ${number}`);
    return runCalmly(one, seeds);
  },
  render,
};

function render(results) {
  const known = CASES.map((one) => {
    const rounds = turnsOf(one).flatMap((turn) => results.get(idOf(one, turn)) ?? []);
    return Object.assign({ rounds }, one);
  }).filter(({ rounds }) => rounds.length > 0);
  const section = (title, name, text, tableOf) => {
    const cases = known.filter(({ group }) => group === name);
    return cases.length === 0 ? [] : [`## ${title}\n\n${text}\n\n${tableOf(cases)}`];
  };
  return [
    introduction(known),
    ...section('From the fault to the first message of every stream that it hit', 'recovery', RECOVERY, recoveryTable),
    ...section('Two feeds', 'two feeds', TWO_FEEDS, exactTable),
    ...section('Connections replaced', 'rotation', ROTATION, exactTable),
    ...section('Storm', 'storm', STORM, stormTable),
  ].join('\n\n');
}

function introduction(known) {
  const roundsOf = (wanted) => known.filter(wanted).flatMap(({ rounds }) => rounds);
  const sums = totals(roundsOf(() => true));
  return `# Recovery of streams

A collector on \`WebSocketConnectionPool\` holds the trades of eight symbols of the mock Binance, each with at least
${slowest(roundsOf(({ streams }) => streams === undefined))} messages a second, over a link with a round trip of ${ROUND_TRIP_MS} ms. The exchange is a process of its own; it
injects the fault and stamps it. The settings of the pool are its defaults, except for the numbers of connections and for
the times after which a silent peer is asked (${SILENCE_MS} ms) and given up (${PING_MS} ms more): together the detection time.

Trades are numbered without holes. *Lost* is every number between the first and the last seen that the handler did not
see, *told* how many of them the pool's gap events cover, *repeated* and *out of order* what the handler saw twice or
after a later one. Over all trials ${sums.messages} messages were seen, of which ${sums.unknown} are not in the exchange's ledger as sent.
${sums.lost} were lost, ${sums.unreported} of them untold; ${sums.overReported} were told as lost that were not.`;
}

const RECOVERY = `Milliseconds from the injection, as the exchange stamped it, to the first message over another connection of the last of
the streams hit; half a round trip of that is the way of the fault itself. Median, 95th percentile and longest of the
trials; *noticed* is when the pool knew. A trial says nothing about times when the collector's or the exchange's process
was kept from running for more than ${LATE_MS} ms shortly before the recovery: it was done once again, and is *set aside* if
that did not help.`;

const TWO_FEEDS = `Every stream comes over two connections, to different endpoints; the fault is at the first one. Nothing may be lost,
repeated, out of order, or told as a gap. A fault was *felt* when it hit something, by the exchange's count. *Cut* are
connections that ended otherwise than by the pool. No trial is set aside.`;

const ROTATION = `By age: the venue cuts connections that are two seconds old. On notice: it announces the end half a second ahead. In
both cases the pool is to be done before that. Nothing may be lost, repeated, out of order, or told as a gap. *Cut* are
connections that the venue ended first. Trials in which a process was kept from running for more than ${LATE_FOR_ROTATION_MS} ms are *set
aside* likewise, with what was *lost there*.`;

const STORM = `All connections are cut at the same moment, and newcomers are served. Those who come back should not come together: of
all connections of a trial that came back, the share that the exchange accepted within the same ${LOCKSTEP_MS} ms, at the worst
moment; median of the trials. Recovery is that of each single stream; those of the last row have few messages.`;
