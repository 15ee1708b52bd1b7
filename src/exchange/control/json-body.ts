import type { IncomingMessage } from 'node:http';
import { MpBenchError } from '../../base/index.js';

const MOST_BYTES = 1 << 20;

/** A body that is longer than one that means anything. */
export class BodyTooLarge extends Error {}

/**
 * Reads the body of a request as JSON. What is beyond 1 MiB is read and thrown away.
 * @throws {MpBenchError} E_USAGE when it is not JSON
 * @throws {BodyTooLarge}
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BYTES) throw new BodyTooLarge(`the body is larger than ${MOST_BYTES} bytes`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new MpBenchError('E_USAGE', `the body is not JSON: ${(error as Error).message}`, [], { cause: error });
  }
}
