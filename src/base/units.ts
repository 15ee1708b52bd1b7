const MILLISECONDS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, min: 6e4, h: 3.6e6 };

/** Reads `250ms`, `1.5s`, `5min` or a bare number of milliseconds. Returns undefined when it is neither. */
export function parseDurationMs(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) ? text : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|min|h)$/.exec(text.trim());
  const scale = match?.[2] === undefined ? undefined : MILLISECONDS[match[2]];
  return match && scale !== undefined ? Number(match[1]) * scale : undefined;
}
