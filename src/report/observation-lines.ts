import type {
  Observation,
  ObservedFault,
  ObservedReconnects,
  ObservedRequests,
  ObservedStreams,
  Spread,
} from '../record/index.js';
import { formatDuration, formatRow, NONE, plural } from './format.js';

/** One figure of an observation as it is shown: what, how much, and what to know about it. */
export interface ObservationLine {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** Of streams that stayed down; the record has more. */
const NAMES_SHOWN = 3;

const line = (label: string, value: number | string, note = ''): ObservationLine => ({
  label,
  value: typeof value === 'number' ? count(value) : value,
  note,
});

/** `Ended with exit code 0 after 8.1 s` */
export function endOf({ exitCode, signal, ranMs, stoppedBy, killed }: Observation['program']): string {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  const asked = stoppedBy === null ? '' : `, ${stoppedBy === 'duration' ? 'its time being up' : `after ${stoppedBy}`}`;
  return `Ended ${how} after ${formatDuration(ranMs)}${asked}${killed ? '; it had to be killed' : ''}`;
}

/** `binance, 2 endpoints, TLS, 5.00 ms round trip`. */
export function placeOf({ venue, endpoints, tls, rttMs }: Observation): string {
  const link = rttMs === 0 ? 'no link' : `${milliseconds(rttMs)} round trip`;
  return [venue, plural(endpoints, 'endpoint'), tls ? 'TLS' : 'no TLS', link].join(', ');
}

export function connectionLines({ connections, tls }: Observation): ObservationLine[] {
  if (connections.opened === 0) return [{ label: 'none', value: '', note: '' }];
  const { opened, endedByClient, endedByExchange, endedByFault, stillOpen, unused } = connections;
  const ended = `by the client ${count(endedByClient)}, the exchange ${count(endedByExchange)}, a fault ${count(endedByFault)}`;
  const { handshakesFull, handshakesResumed, cutInHandshake, bytesRead, bytesWritten } = connections;
  const handshakes = `resumed ${count(handshakesResumed)}, broken off ${count(cutInHandshake)}`;
  return [
    line('opened', opened, `at most ${count(connections.peakOpen)} at the same time`),
    line('ended', endedByClient + endedByExchange + endedByFault, ended),
    ...(stillOpen > 0 ? [line('still open', stillOpen)] : []),
    ...(unused > 0 ? [line('never of use', unused, 'no request answered, no stream')] : []),
    ...(tls ? [line('full TLS handshakes', handshakesFull, handshakes)] : []),
    line('bytes from the program', bytesRead, `to it ${count(bytesWritten)}`),
  ];
}

export function requestLines({
  received,
  answered,
  byStatus,
  reused,
  reuseRate,
  perConnection,
}: ObservedRequests): ObservationLine[] {
  if (received === 0) return [];
  const statuses = Object.entries(byStatus).map(([status, times]) => `${status}: ${count(times)}`);
  return [
    line('received', received, `answered ${count(answered)}${answered > 0 ? `, status ${statuses.join(', ')}` : ''}`),
    line('reuse rate', formatRow('rate', [reuseRate])[0] ?? NONE, `${count(reused)} on a connection used before`),
    ...(perConnection
      ? [
          line(
            'requests a connection',
            perConnection.p50,
            `median of ${count(perConnection.count)}; ${range(perConnection, 'count')}`,
          ),
        ]
      : []),
  ];
}

export function reconnectLines({ reconnects }: Observation): ObservationLine[] {
  return [...lossLines('HTTP', reconnects.http), ...lossLines('stream', reconnects.stream)];
}

function lossLines(
  kind: string,
  { losses, reconnected, neverReconnected, delayMs }: ObservedReconnects,
): ObservationLine[] {
  if (losses === 0) return [];
  const note = `reconnected ${count(reconnected)}, never ${count(neverReconnected)}`;
  return [line(`${kind} connections lost`, losses, note), ...delayLine('until reconnected', delayMs)];
}

export function streamLines(streams: ObservedStreams): ObservationLine[] {
  const { upgrades, upgradesRefused, subscribed, unsubscribed, losses, neverResubscribed } = streams;
  if (upgrades + upgradesRefused === 0) return [];
  return [
    line('WebSockets', upgrades, upgradesRefused > 0 ? `refused ${count(upgradesRefused)}` : ''),
    line('subscribed', subscribed, `unsubscribed ${count(unsubscribed)}`),
    line('messages sent', streams.messagesSent),
    ...(losses > 0 ? [line('streams lost', losses, `subscribed again ${count(streams.resubscribed)}`)] : []),
    ...delayLine('until subscribed again', streams.delayMs),
    ...(neverResubscribed > 0 ? [line('never subscribed again', neverResubscribed, named(streams))] : []),
    ...(losses > 0 ? [line('unsent while down', streams.unsentWhileDown, 'messages that fell due meanwhile')] : []),
    ...(streams.withheld > 0 ? [line('kept back by a fault', streams.withheld, 'messages')] : []),
    ...closeLines(streams.closesByCode),
  ];
}

/** The first few streams that are down, and how many more. */
function named({ downAtEnd, neverResubscribed }: ObservedStreams): string {
  const shown = downAtEnd.slice(0, NAMES_SHOWN);
  const more = neverResubscribed - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

function closeLines(closes: ObservedStreams['closesByCode']): ObservationLine[] {
  const codes = Object.entries(closes);
  const total = codes.reduce((sum, [, times]) => sum + times, 0);
  return total === 0 ? [] : [line('close frames sent', total, codes.map(([code, n]) => `${code}: ${n}`).join(', '))];
}

export function limitLines({ limitsBroken }: Observation): ObservationLine[] {
  return Object.entries(limitsBroken).map(([rule, times]) => line(rule, times));
}

/** One fault in two lines: what happened, and what it did. */
export function faultLines(fault: ObservedFault): ObservationLine[] {
  const { kind, endpoint, injectedAtMs, liftedAtMs, touched, connectionsLost, streamsLost } = fault;
  const where = endpoint === null ? 'every endpoint' : `endpoint ${endpoint}`;
  const lasted = liftedAtMs === null ? 'to the end' : `for ${formatDuration(liftedAtMs - injectedAtMs)}`;
  const done = [
    connectionsLost > 0 ? `lost ${plural(connectionsLost, 'connection')}, ${reconnected(fault)}` : 'lost no connection',
    ...(streamsLost > 0 ? [`lost ${plural(streamsLost, 'stream')}, ${streamsBack(fault)}`] : []),
  ];
  return [
    line(kind, `${count(touched)} hit`, `${where}, at ${formatDuration(injectedAtMs)} ${lasted}; ${done.join('; ')}`),
  ];
}

function reconnected({ firstReconnectMs: ms }: ObservedFault): string {
  return ms === null ? 'never reconnected' : `first reconnect after ${milliseconds(ms)}`;
}

function streamsBack({ allStreamsBackMs: ms, streamsNeverBack }: ObservedFault): string {
  return ms === null ? `${count(streamsNeverBack)} never came back` : `all back after ${milliseconds(ms)}`;
}

function delayLine(label: string, delay: Spread | null): ObservationLine[] {
  return delay ? [line(label, milliseconds(delay.p50), `median; ${range(delay, 'ms')}`)] : [];
}

function range({ min, max }: Spread, unit: 'ms' | 'count'): string {
  const [least = NONE, most = NONE] = formatRow(unit, [min, max]);
  return `least ${least}, most ${most}`;
}

function milliseconds(ms: number): string {
  return formatRow('ms', [ms])[0] ?? NONE;
}

function count(value: number): string {
  return formatRow('count', [value])[0] ?? NONE;
}
