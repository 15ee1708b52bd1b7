/**
 * Makes a writer of `units` × 10^-`decimals` with exactly `places` fraction digits (`places` ≥ `decimals`), without
 * rounding: snapshots consist of little else, so it does no more than one division and one conversion of each part.
 */
export function decimalWriter(decimals: number, places: number): (units: number) => string {
  const scale = 10 ** decimals;
  const padding = '0'.repeat(places - decimals);
  const point = places > 0 ? '.' : '';
  const write = (units: number): string => {
    if (units < 0) return `-${write(-units)}`;
    const whole = Math.floor(units / scale);
    // Adding the scale keeps the leading zeros of the fraction; its own digit is cut off.
    return `${whole}${point}${String(units - whole * scale + scale).slice(1)}${padding}`;
  };
  return write;
}
