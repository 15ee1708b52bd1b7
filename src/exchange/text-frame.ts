const FINAL_TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** A text message as it goes over a WebSocket from a server: one frame, not masked (RFC 6455, section 5.2). */
export function textFrame(message: string | Buffer): Buffer {
  const length = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
  const start = length < LENGTH_16 ? 2 : length < 1 << 16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL_TEXT;
  frame[1] = start === 2 ? length : start === 4 ? LENGTH_16 : LENGTH_64;
  if (start === 4) frame.writeUInt16BE(length, 2);
  if (start === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  if (typeof message === 'string') frame.write(message, start);
  else message.copy(frame, start);
  return frame;
}
