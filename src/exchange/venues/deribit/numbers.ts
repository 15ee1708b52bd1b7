/** Writes a JSON number with at most `places` fraction digits. */
export function rounded(value: number, places: number): string {
  return String(Number(value.toFixed(places)));
}
