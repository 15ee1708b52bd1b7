/**
 * What spoils a turn. A stall moves the median of a slice of two seconds when it is a good part of it; 25 ms are 1 %. The
 * share of stolen time is that of all cores together, so 5 % of two cores is a tenth of the arm's.
 */
const LATE_MS = 25;
const STOLEN_SHARE = 0.05;

/** Was the machine at fault while an arm had its turn? Asks for what the ticker saw, never for what the arm did. */
export function isDisturbed(
  { lateMs, stolen }: { readonly lateMs: number; readonly stolen: number | null },
  stallMs = LATE_MS,
): boolean {
  return lateMs > stallMs || (stolen ?? 0) > STOLEN_SHARE;
}
