import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, segmentsOf } from '../../src/link/segments.js';

const SEGMENT = 16_384;
const lengths = fc.array(fc.integer({ min: 1, max: 3 * SEGMENT }), { maxLength: 12 });

test('segments are the bytes in order, all but the last of full length, and share their memory', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 * SEGMENT }),
      (seed, length) => {
        const bytes = Buffer.alloc(length, seed);
        const segments = segmentsOf(bytes);
        expect(Buffer.concat(segments).equals(bytes)).toBe(true);
        expect(segments.slice(0, -1).every((segment) => segment.length === SEGMENT)).toBe(true);
        expect(segments.every((segment) => segment.buffer === bytes.buffer)).toBe(true);
      },
    ),
  );
});

test('chunks are joined to at most a segment, and none of them is split, lost or moved', () => {
  fc.assert(
    fc.property(lengths, (sizes) => {
      const chunks = sizes.map((size, index) => Buffer.alloc(size, index));
      const buffers: Buffer[] = joined(chunks);
      expect(Buffer.concat(buffers).equals(Buffer.concat(chunks))).toBe(true);
      expect(buffers.every((buffer) => buffer.length <= SEGMENT || chunks.some((chunk) => chunk === buffer))).toBe(
        true,
      );
      // Two neighbours would have been one buffer if they fitted.
      for (let at = 1; at < buffers.length; at += 1)
        expect((buffers[at - 1]?.length ?? 0) + (buffers[at]?.length ?? 0)).toBeGreaterThan(SEGMENT);
    }),
  );
  expect(joined([])).toEqual([]);
});

test('small chunks become one buffer', () => {
  expect(joined([Buffer.from('head '), Buffer.from('body')]).map(String)).toEqual(['head body']);
});
