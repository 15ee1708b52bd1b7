import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalWriter } from '../../../src/exchange/market/index.js';

it('writes integers as decimals of a fixed number of places', () => {
  expect(decimalWriter(2, 8)(7_665_001)).toBe('76650.01000000');
  expect(decimalWriter(5, 8)(3)).toBe('0.00003000');
  expect(decimalWriter(0, 0)(12)).toBe('12');
  expect(decimalWriter(0, 2)(12)).toBe('12.00');
  expect(decimalWriter(2, 3)(-150)).toBe('-1.500');
});

it('agrees with the number it stands for', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 8 }), (units, decimals) => {
      expect(Number(decimalWriter(decimals, 8)(units))).toBeCloseTo(units / 10 ** decimals, 8);
    }),
  );
});
