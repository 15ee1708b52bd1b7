import { decimalWriter } from '../../market/index.js';

/** Makes a writer of `units` × 10^-`decimals` without trailing zeros, as the venue writes all its numbers. */
export function plainWriter(decimals: number): (units: number) => string {
  const writers = Array.from({ length: decimals + 1 }, (_, places) => decimalWriter(places, places));
  return (units) => {
    let places = decimals;
    let left = units;
    while (places > 0 && left % 10 === 0) {
      left /= 10;
      places -= 1;
    }
    return writers[places]?.(left) ?? String(left);
  };
}

/** Writes any number to at most `places` fraction digits, without trailing zeros. */
export function plainNumber(value: number, places: number): string {
  const text = value.toFixed(places);
  return places > 0 ? text.replace(/\.?0+$/, '') : text;
}
