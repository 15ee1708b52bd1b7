import { MpBenchError } from '../../base/index.js';
import { checkSettings } from '../../link/settings.js';
import type { LinkConfig } from '../protocol.js';
import { type Fields, numberFrom, optional, readFields } from './fields.js';

const LONGEST_MS = 60_000;
const MOST_BITS = 1e12;

const FIELDS: Fields<LinkConfig> = {
  rttMs: numberFrom(0, LONGEST_MS),
  jitterMs: optional(numberFrom(0, LONGEST_MS)),
  bitsPerSecond: optional(numberFrom(1, MOST_BITS)),
};

/**
 * Reads a link from what came from outside.
 * @throws {MpBenchError} E_USAGE with everything that is wrong with it
 */
export function parseLink(value: unknown): LinkConfig {
  const problems: string[] = [];
  const link = readFields(value, FIELDS, '', problems);
  if (problems.length > 0) throw new MpBenchError('E_USAGE', problems.join('; '));
  try {
    checkSettings(link);
  } catch (error) {
    throw new MpBenchError('E_USAGE', (error as Error).message, [], { cause: error });
  }
  return link;
}
