/** Frames that are not market data, and what could not be delivered. */
export interface FrameCounts {
  pingsReceived: number;
  pongsReceived: number;
  pingsSent: number;
  /** Text pings that the venue's protocol asks for. */
  heartbeatsSent: number;
  /** Frames of the protocol that carry no data: answers and notices. */
  otherReceived: number;
  /** Data of a stream that nobody holds on this connection (any more). */
  strays: number;
}

export function noFrames(): FrameCounts {
  return { pingsReceived: 0, pongsReceived: 0, pingsSent: 0, heartbeatsSent: 0, otherReceived: 0, strays: 0 };
}

export function addFrames(sum: FrameCounts, added: FrameCounts): void {
  sum.pingsReceived += added.pingsReceived;
  sum.pongsReceived += added.pongsReceived;
  sum.pingsSent += added.pingsSent;
  sum.heartbeatsSent += added.heartbeatsSent;
  sum.otherReceived += added.otherReceived;
  sum.strays += added.strays;
}
