import type { Duplex } from 'node:stream';

/** More than any first flight of a handshake; a client that sends more is read on when it is answered. */
const MOST_BYTES = 64 << 10;

/**
 * Keeps what a client sends while its handshake waits, and closes the connection when the client gives up meanwhile.
 * The returned function puts all of it back to be read.
 */
export function holdInput(path: Duplex): () => void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_BYTES) path.pause();
  };
  const giveUp = (): void => {
    path.destroy();
  };
  path.on('data', keep).once('end', giveUp);
  return () => {
    path.off('data', keep).off('end', giveUp).pause();
    if (bytes > 0) path.unshift(Buffer.concat(chunks));
  };
}
