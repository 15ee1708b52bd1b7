import type { FaultKind, FaultPlan, FaultSpecOf } from '../protocol.js';
import type { FaultUnit } from './fault.js';

/** What a site has that faults can be about. */
export interface FaultGround {
  /** By endpoint: the symbols of its venue. */
  readonly symbols: readonly (readonly string[])[];
  readonly tls: boolean;
  /** Its endpoints can move: their names are served, and there are addresses to move to. */
  readonly movable: boolean;
}

/** Units that no symbol can narrow down. */
const WITHOUT_SYMBOL: ReadonlySet<FaultUnit> = new Set(['endpoint', 'newcomer']);
/** Bytes of a close frame's reason (RFC 6455, 5.5: a control frame has 125, two of them for the code). */
const LONGEST_REASON = 123;

/**
 * Refuses a plan that cannot mean anything, rather than to inject a fault that nobody feels.
 * @throws {RangeError} naming the fault and what is wrong with it
 */
export function checkPlan(plan: FaultPlan, unit: FaultUnit, ground: FaultGround): void {
  const wrong = wrongTime(plan) ?? wrongScope(plan, unit, ground) ?? wrongParticulars(plan, ground);
  if (wrong !== undefined) throw new RangeError(`fault ${plan.id}: ${wrong}`);
}

function wrongTime({ atMs, durationMs }: FaultPlan): string | undefined {
  if (!Number.isFinite(atMs)) return `begins at ${atMs}`;
  return isSpan(durationMs) ? undefined : `lasts ${durationMs} ms`;
}

function wrongScope(
  { kind, endpoint, symbol, share }: FaultPlan,
  unit: FaultUnit,
  { symbols }: FaultGround,
): string | undefined {
  if (endpoint !== null && !symbols[endpoint]) return `no endpoint ${endpoint}`;
  if (share !== undefined) {
    if (unit === 'endpoint') return `${kind} is about whole endpoints and has no share`;
    if (!(share > 0 && share <= 1)) return `share ${share}; expected more than 0, at most 1`;
  }
  if (symbol === undefined) return undefined;
  if (WITHOUT_SYMBOL.has(unit)) return `${kind} cannot be limited to a symbol`;
  const traded = endpoint === null ? symbols.flat() : (symbols[endpoint] ?? []);
  return traded.includes(symbol) ? undefined : `no symbol ${symbol}`;
}

type Check<K extends FaultKind> = (
  plan: FaultSpecOf<K> & { readonly durationMs: number },
  ground: FaultGround,
) => string | undefined;

/** What is wrong with the particulars of a kind; kinds that have none are left out. */
const PARTICULARS: { readonly [K in FaultKind]?: Check<K> } = {
  'slow-handshake': ({ delayMs }) => (isSpan(delayMs) ? undefined : `a delay of ${delayMs} ms`),
  'idle-close': ({ afterMs }) => (isSpan(afterMs) ? undefined : `idle for ${afterMs} ms`),
  'tls-failure': (_plan, { tls }) => (tls ? undefined : 'the site has no TLS'),
  'http-error': ({ status }) => (isFailure(status) ? undefined : `status ${status}; expected 400 to 599`),
  'close-code': ({ code, reason }) => wrongClose(code, reason),
  'dns-change': (_plan, { movable }) =>
    movable ? undefined : 'needs a site that serves names (dns), on an address of 127.0.0.0/8',
  'maintenance-notice': ({ leadMs, durationMs }) => wrongNotice(leadMs, durationMs),
};

function wrongParticulars(plan: FaultPlan, ground: FaultGround): string | undefined {
  const check = PARTICULARS[plan.kind] as Check<FaultKind> | undefined;
  return check?.(plan, ground);
}

function wrongNotice(leadMs: number, durationMs: number): string | undefined {
  if (!isSpan(leadMs)) return `a notice of ${leadMs} ms`;
  return leadMs <= durationMs ? undefined : `lasts ${durationMs} ms, less than its notice of ${leadMs} ms`;
}

function wrongClose(code: number, reason: string): string | undefined {
  if (!isCloseCode(code)) return `close code ${code} cannot be sent`;
  const bytes = Buffer.byteLength(reason);
  return bytes <= LONGEST_REASON ? undefined : `a reason of ${bytes} bytes; at most ${LONGEST_REASON} fit`;
}

/** Codes that may stand in a close frame (RFC 6455, 7.4, and its registry at IANA). */
function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}

function isFailure(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}

function isSpan(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}
