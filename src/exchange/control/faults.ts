import { MpBenchError } from '../../base/index.js';
import type { FaultKind, FaultPlan, FaultScope, FaultSpecOf } from '../protocol.js';
import { type Field, type Fields, integerFrom, isObject, numberFrom, oneOf, optional, readFields } from './fields.js';

/** Longest a fault may wait or last; far below where timers overflow (2^31 ms). */
const LONGEST_MS = 86_400_000;
const MOST_FAULTS = 1_000;
/** A close frame holds 125 bytes, two of them the code (RFC 6455, 5.5.1). */
const LONGEST_REASON_BYTES = 123;

type Parameters<K extends FaultKind> = Omit<FaultSpecOf<K>, 'kind'>;

const duration = numberFrom(0, LONGEST_MS, 'milliseconds');

/** The parameters of every kind of fault. */
const PARAMETERS: { readonly [K in FaultKind]: Fields<Parameters<K>> } = {
  refuse: {},
  reset: {},
  silence: {},
  'slow-handshake': { delayMs: duration },
  'tls-failure': { by: optional(oneOf<'alert' | 'certificate'>(['alert', 'certificate'])) },
  'truncated-body': {},
  'http-error': { status: integerFrom(400, 599) },
  'close-code': { code: closeCode(), reason: optional(closeReason(), '') },
  'lost-ack': {},
  'stream-stall': {},
  'drop-messages': {},
  'duplicate-messages': {},
  'reorder-messages': {},
  'crossed-book': {},
  'wrong-checksum': {},
  'dns-change': {},
  'cut-all': { by: optional(oneOf<'fin' | 'rst'>(['fin', 'rst'])) },
  'maintenance-notice': { leadMs: duration },
  'idle-close': { afterMs: duration },
};

/** Every kind of fault, with the names of its parameters. */
export const FAULT_PARAMETERS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(PARAMETERS).map(([kind, fields]) => [kind, Object.keys(fields)]),
);

/** What a fault may be limited to at a site. */
export interface FaultPlace {
  readonly endpoints: number;
  /** In the venue's spelling. */
  readonly symbols: readonly string[];
}

interface Timing {
  /** From now. */
  readonly inMs: number;
  readonly durationMs: number;
}

type Request = Timing & Partial<FaultScope> & { readonly kind: FaultKind };

/**
 * Reads one fault, or a list of up to 1,000, from what came from outside: `kind` with its parameters, `durationMs`,
 * and as far as wanted `inMs`, `endpoint`, `symbol`, `share`. `stamp` gives each its id and the time that is now.
 * @throws {MpBenchError} E_USAGE with everything that is wrong, place by place
 */
export function parseFaults(
  value: unknown,
  place: FaultPlace,
  stamp: () => { readonly id: string; readonly nowMs: number },
): FaultPlan[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > MOST_FAULTS)
    throw new MpBenchError('E_USAGE', `expected a fault, or a list of 1 to ${MOST_FAULTS} of them`);
  const problems: string[] = [];
  const requests = list.map((one, index) => readFault(one, place, Array.isArray(value) ? `[${index}]` : '', problems));
  if (problems.length > 0) throw new MpBenchError('E_USAGE', problems.join('; '));
  return requests.map((request) => planOf(request, stamp()));
}

function readFault(value: unknown, place: FaultPlace, name: string, problems: string[]): Request {
  const kinds = Object.keys(PARAMETERS) as FaultKind[];
  const given = isObject(value) ? kinds.find((kind) => kind === value['kind']) : undefined;
  const parameters: Fields<object> = given ? PARAMETERS[given] : {};
  const fields: Fields<Request> = {
    kind: oneOf(kinds),
    ...parameters,
    inMs: optional(duration, 0),
    durationMs: duration,
    endpoint: optional(endpointOf(place), null),
    symbol: optional(symbolOf(place)),
    share: optional(share()),
  };
  if (given === undefined && isObject(value)) {
    // Which other fields belong to it is known only with the kind.
    const { kind } = fields;
    return readFields<Pick<Request, 'kind'>>({ kind: value['kind'] }, { kind }, name, problems) as Request;
  }
  return readFields(value, fields, name, problems);
}

function planOf({ inMs, ...request }: Request, { id, nowMs }: { id: string; nowMs: number }): FaultPlan {
  // The parameters were read by the kind's own fields.
  return { ...request, id, atMs: nowMs + inMs } as FaultPlan;
}

function endpointOf({ endpoints }: FaultPlace): Field<number | null> {
  const numbered = integerFrom(0, endpoints - 1);
  return {
    expected: `${numbered.expected}, or null for all`,
    accepts: (value) => value === null || numbered.accepts(value),
  };
}

function symbolOf({ symbols }: FaultPlace): Field<string | undefined> {
  return {
    expected: `a symbol of the venue, such as ${symbols.slice(0, 3).join(', ')}`,
    accepts: (value) => (symbols as readonly unknown[]).includes(value),
  };
}

function share(): Field<number | undefined> {
  return {
    expected: 'more than 0, at most 1',
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
  };
}

// Those that an endpoint may send (RFC 6455, 7.4).
function closeCode(): Field<number> {
  const standard = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
  const own = integerFrom(3000, 4999);
  return {
    expected: 'a code that a close frame may carry: 1000 to 1003, 1007 to 1014, 3000 to 4999',
    accepts: (value) => (standard as readonly unknown[]).includes(value) || own.accepts(value),
  };
}

function closeReason(): Field<string> {
  return {
    expected: `a text of at most ${LONGEST_REASON_BYTES} bytes`,
    accepts: (value) => typeof value === 'string' && Buffer.byteLength(value) <= LONGEST_REASON_BYTES,
  };
}
