const ZERO = 48;

/**
 * The number that a text of decimal digits stands for, from an index on; NaN for anything else. Several times as fast as
 * `Number`, which has many more notations to think of.
 */
export function wholeNumber(text: string, from = 0): number {
  if (text.length <= from) return Number.NaN;
  let value = 0;
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
