// The page of all scripts: what was asked, the answer, and two tables.
import { HOUR_MS, TIME_SCALE, VENUES } from './draw.mjs';
import { FAULT_KINDS } from './draw-faults.mjs';
import { LATE_MS } from './lateness.mjs';
import { sumOf } from './check.mjs';

export function renderPage(verdicts, planned) {
  const failed = verdicts.filter(({ failures }) => failures.length > 0);
  const sum = sumOf(verdicts.map(({ counts }) => counts));
  return `# 200 fault scripts against the pool of streams

Each script is drawn from its seed: one of the six venues in turn, one or two endpoints, 2 to 8 connections, one feed or
two, a connection kept ready or none, an age at which connections are replaced or none, 5 to 40 streams of books, trades
and best prices, up to ten changes of what is wanted, and one to six faults of random length. It runs for an hour of the
venue's time in ${HOUR_MS / 1e3} s (durations times ${TIME_SCALE.toFixed(4)}, none made shorter than two seconds) over real sockets and an emulated round trip
of 5 ms, the venue's limits enforced. Client and exchange are processes of their own; what consumers were handed is
compared with the exchange's ledger.

${answer(verdicts, failed, planned, sum)}

## By venue

${table(
  VENUE_COLUMNS,
  VENUES.flatMap((venue) => venueRow(venue, verdicts)),
)}

## By fault

A loss belongs to the fault that was injected last before it ended, if that had not been over for long. Recovery is from
the injection to the first message of the last stream that was interrupted; where every endpoint is gone it holds
the whole length of the fault.

${table(
  FAULT_COLUMNS,
  [...FAULT_KINDS, '(none)'].flatMap((kind) => faultRow(kind, verdicts)),
)}

## How to read it

- **lost**: ids that were due between the first and the last message of a subscription, or were sent on a connection that
  broke before the first one, and were never delivered. *Sent* are those of them that left the exchange; the others fell
  due while no connection carried the stream, or were withheld by a fault.
- **unreported**: lost ids that no gap covers. **over-reported**: ids that a gap covers and that were not lost.
- **possible losses**: gaps of streams whose numbers only rise or that have none, where nothing was lost in the end.
- **hidden**: where numbers only rise, a message that is skipped by one connection and comes later over another, or out of
  order, looks like one that was there before. Nothing on the wire tells; only the exchange's ledger does.
- **before the first**: ids sent on subscriptions that ended before anything of them was delivered: there was no message to
  tell a gap with.
- A script **holds** when nothing is unreported, repeated or out of order; everything wanted is live, receives, and is
  carried exactly as often as there are feeds within 30 s of the end of the hour, and nothing else is carried; no
  limit of the venue was broken; every connection and acknowledgement of the client's is in the ledger too; the books kept over the streams equal the
  exchange's; and the client's process ends by itself after \`close\`: no socket, no timer.
- A process that was more than ${LATE_MS} ms late cannot keep a limit of a second: then a script with a broken limit is run
  again, three times at most.

${unheld(verdicts, failed)}`;
}

function answer(verdicts, failed, planned, sum) {
  const books = verdicts.flatMap((verdict) => verdict.books);
  const equal = books.filter((book) => book.equal === true).length;
  const repeatedRuns = verdicts.filter(({ tries }) => tries > 1).length;
  const faults = verdicts.reduce(
    (count, verdict) => count + verdict.faults.filter(({ touched }) => touched > 0).length,
    0,
  );
  return `**${verdicts.length - failed.length} of ${verdicts.length} scripts hold** (${planned} planned). ${number(sum.messages)} messages delivered, ${number(faults)} faults felt; ${number(sum.lost)} ids lost,
${number(sum.lostSent)} of them sent; **${number(sum.unreported)} unreported**, ${number(sum.over)} over-reported, ${number(sum.repeated)} repeated, ${number(sum.disordered)} out of order. ${number(sum.falseAlarms)} possible losses
of which nothing came, ${number(sum.hidden)} hidden, ${number(sum.untold)} before the first message. ${equal} of ${books.length} books were seen to equal the exchange's,
${books.filter((book) => book.equal === false).length} differed, for the others no moment was found at which both were shown. Half of the scripts had settled ${median(verdicts.map(({ settleMs }) => settleMs))} ms after
the hour, the slowest after ${number(Math.max(...verdicts.map(({ settleMs }) => settleMs)))} ms. ${repeatedRuns} scripts were run again for
a limit that a late process had broken.`;
}

const VENUE_COLUMNS = [
  'venue',
  'n',
  'hold',
  'messages',
  'lost',
  'sent',
  'reported',
  'unreported',
  'over-reported',
  'possible losses',
  'hidden',
  'repeated',
  'recovered, median in ms',
];

function venueRow(venue, verdicts) {
  const own = verdicts.filter((verdict) => verdict.venue === venue);
  if (own.length === 0) return [];
  const sum = sumOf(own.map(({ counts }) => counts));
  const hold = own.filter(({ failures }) => failures.length === 0).length;
  const recovered = own.flatMap(({ faults }) => faults.flatMap(({ recoverMs }) => recoverMs ?? []));
  return [
    [
      venue,
      own.length,
      hold,
      sum.messages,
      sum.lost,
      sum.lostSent,
      sum.reported,
      sum.unreported,
      sum.over,
      sum.falseAlarms,
      sum.hidden,
      sum.repeated + sum.disordered,
      median(recovered),
    ],
  ];
}

const FAULT_COLUMNS = [
  'fault',
  'n',
  'felt',
  'lost',
  'reported',
  'unreported',
  'repeated',
  'recovered, median in ms',
  'longest',
];

function faultRow(kind, verdicts) {
  const own = verdicts.flatMap(({ faults }) => faults.filter((fault) => fault.kind === kind));
  if (own.length === 0) return [];
  const sum = (name) => own.reduce((total, fault) => total + fault[name], 0);
  const recovered = own.flatMap(({ recoverMs }) => recoverMs ?? []);
  const isFault = kind !== '(none)';
  const n = isFault ? own.length : '';
  const felt = isFault ? own.filter(({ touched }) => touched > 0).length : '';
  return [
    [
      kind,
      n,
      felt,
      sum('lost'),
      sum('reported'),
      sum('unreported'),
      sum('repeated'),
      median(recovered),
      recovered.length > 0 ? Math.max(...recovered) : '–',
    ],
  ];
}

function unheld(verdicts, failed) {
  const unjudged = verdicts.filter(({ limits }) => limits.length > 0);
  const rows = [
    ...failed.map(({ seed, venue, failures }) => [seed, venue, failures.join('<br>')]),
    ...unjudged.map(({ seed, venue, limits, lateMs }) => [
      seed,
      venue,
      `limits not judged, a process was ${lateMs} ms late: ${limits.join(', ')}`,
    ]),
  ];
  if (rows.length === 0) return '';
  return `## Not held, or not judged

${table(['seed', 'venue', 'what'], rows)}

One of them again, with everything that happened: \`node scripts/proof/fault-scripts/one.mjs <seed> --events\`.`;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function number(value) {
  return value.toLocaleString('en-US');
}

function median(values) {
  if (values.length === 0) return '–';
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2);
}
