/** What a narrow line hands over at once: small enough for a long body to arrive spread over its time. */
const SEGMENT_BYTES = 16 << 10;

/** The bytes cut into segments, which share their memory. */
export function segmentsOf(bytes: Buffer): Buffer[] {
  if (bytes.length <= SEGMENT_BYTES) return [bytes];
  const segments: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) segments.push(bytes.subarray(at, at + SEGMENT_BYTES));
  return segments;
}

/** Puts what was written together into as few buffers as make whole segments. */
export function joined(chunks: readonly Buffer[]): Buffer[] {
  const buffers: Buffer[] = [];
  let group: Buffer[] = [];
  let bytes = 0;
  const close = (): void => {
    const [only] = group;
    buffers.push(group.length === 1 && only ? only : Buffer.concat(group, bytes));
    group = [];
    bytes = 0;
  };
  for (const chunk of chunks) {
    if (bytes > 0 && bytes + chunk.length > SEGMENT_BYTES) close();
    group.push(chunk);
    bytes += chunk.length;
  }
  if (group.length > 0) close();
  return buffers;
}
