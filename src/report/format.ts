import { metricAt, METRICS, type MetricDefinition, type MetricName, type MetricPath } from '../metrics/index.js';

/** Stands for a value that is not there. */
export const NONE = '—';

type Unit = MetricDefinition['unit'];

interface Scale {
  readonly factor: number;
  readonly suffix: string;
}

const SCALES: Readonly<Record<Unit, readonly (Scale & { readonly from: number })[]>> = {
  count: [{ from: 0, factor: 1, suffix: '' }],
  messages: [{ from: 0, factor: 1, suffix: '' }],
  waiters: [{ from: 0, factor: 1, suffix: '' }],
  rate: [{ from: 0, factor: 100, suffix: ' %' }],
  ms: [
    { from: 0, factor: 1e3, suffix: ' µs' },
    { from: 0.1, factor: 1, suffix: ' ms' },
    { from: 1e4, factor: 1e-3, suffix: ' s' },
  ],
  us: [
    { from: 0, factor: 1, suffix: ' µs' },
    { from: 1e4, factor: 1e-3, suffix: ' ms' },
  ],
  ns: [
    { from: 0, factor: 1, suffix: ' ns' },
    { from: 1e4, factor: 1e-3, suffix: ' µs' },
  ],
  '1/s': [{ from: 0, factor: 1, suffix: '/s' }],
  MB: [{ from: 0, factor: 1, suffix: ' MB' }],
  'MB/min': [{ from: 0, factor: 1, suffix: ' MB/min' }],
};

export type Value = number | null | undefined;

/** Values of one row with their unit: one scale and one number of decimals for all of them. */
export function formatRow(unit: Unit, values: readonly Value[]): string[] {
  const numbers = values.filter(isNumber).map(Math.abs);
  const largest = Math.max(0, ...numbers);
  const scale = SCALES[unit].findLast(({ from }) => largest >= from) ?? { factor: 1, suffix: '' };
  const decimals = decimalsFor(numbers.map((number) => number * scale.factor));
  return values.map((value) =>
    isNumber(value) ? `${withDecimals(value * scale.factor, decimals)}${scale.suffix}` : NONE,
  );
}

/** Values of one row that have no unit (factors, differences); below a thousandth they are as good as zero. */
export function formatPlain(values: readonly Value[]): string[] {
  const numbers = values.filter(isNumber).map(Math.abs);
  const decimals = Math.min(3, decimalsFor(numbers));
  return values.map((value) => (isNumber(value) ? withDecimals(value, decimals) : NONE));
}

/** Unit of a metric path, or of a metric's bare name. */
export function unitOf(path: MetricPath): Unit {
  const definition = metricAt(path)?.definition ?? METRICS[path.split('.')[0] as MetricName];
  return definition?.unit ?? 'count';
}

/** `0.29 … 0.33`. */
export function formatInterval(low: string, high: string): string {
  return low === NONE || high === NONE ? NONE : `${withoutUnit(low)} … ${withoutUnit(high)}`;
}

/** A change as a share of what was, as a difference of two rates, or as a difference of anything else. */
export type Change = 'share' | 'points' | 'count';

const CHANGE_SUFFIX: Readonly<Record<Change, string>> = { share: ' %', points: ' points', count: '' };

/** `+12.3 %`, `+1.2 points`, `−3`, `±0`. */
export function formatSigned(value: Value, kind: Change): string {
  if (!isNumber(value)) return NONE;
  const size = Math.abs(value);
  const shown = kind === 'count' ? (formatPlain([size])[0] ?? NONE) : withDecimals(size * 100, 1);
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  return `${sign}${shown}${CHANGE_SUFFIX[kind]}`;
}

/** `420 ms`, `9.3 s`, `4 min 12 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 target`, `3 targets`, `3 launches`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's'}`;
}

function isNumber(value: Value): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

// Three digits of the largest value, and one of the smallest as far as three decimals show it.
function decimalsFor(magnitudes: readonly number[]): number {
  const present = magnitudes.filter((value) => value > 0);
  if (present.every(Number.isInteger)) return 0;
  const digits = (value: number): number => Math.floor(Math.log10(value));
  const forLargest = 2 - digits(Math.max(...present));
  const forSmallest = Math.min(3, -digits(Math.min(...present)));
  return Math.min(6, Math.max(0, forLargest, forSmallest));
}

function withDecimals(value: number, decimals: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(?:\d{3})+$)/g, ',') : whole;
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? `−${text}` : text;
}

function withoutUnit(text: string): string {
  return text.replace(/(?: \D+|\/s)$/, '');
}
