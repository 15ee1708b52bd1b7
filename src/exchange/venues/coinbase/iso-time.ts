/** A moment as the venue writes it, to the microsecond: `2026-11-07T08:19:27.028459Z`. */
export function isoTime(wallMs: number): string {
  const wholeMs = Math.floor(wallMs);
  const micros = Math.floor((wallMs - wholeMs) * 1e3);
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
