/** A number for a sentence: at most four significant digits, and no exponent where it can be helped. */
export function inWords(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

/** `12.3 %`, without a sign. */
export function percent(fraction: number): string {
  const points = Math.abs(fraction) * 100;
  return `${Number(points.toFixed(points < 1 ? 2 : 1))} %`;
}

/** `p = 0.016`, `p < 0.0001`. */
export function pValue(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`;
}

/** `1 more pair`, `12 more launches`. */
export function more(count: number, unit: 'faults' | 'launches' | 'pairs' | 'stored runs'): string {
  return `${count} more ${count === 1 ? unit.replace(/(?<=ch)es$|s$/, '') : unit}`;
}

/** A level of a test: `0.025`, `0.0036`. */
export function level(value: number): string {
  return String(Number(value.toPrecision(2)));
}
