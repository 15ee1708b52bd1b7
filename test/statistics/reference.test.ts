import { describe, expect, it } from 'vitest';
import {
  clopperPearson,
  hodgesLehmann,
  normalCdf,
  normalQuantile,
  signedRankInterval,
  signedRankTest,
  studentQuantile,
  studentTail,
} from '../../src/statistics/index.js';

/**
 * Values of R 4.2.2 on data without ties: `wilcox.test(x, mu = mu, alternative = …, exact = TRUE, conf.int = TRUE)`,
 * `psignrank`, `binom.test`, `pt`, `qt`, `pnorm`, `qnorm`, printed with 16 digits.
 */
const SAMPLES = [
  {
    x: [0.0112, -0.0243, 0.0371, 0.0526, -0.0049, 0.0188, 0.0604],
    tests: [
      { mu: 0, pGreater: 0.078125, pLess: 0.9453125 },
      { mu: 0.03, pGreater: 0.765625, pLess: 0.2890625 },
    ],
    estimate: 0.021325,
    interval: { low: -0.00655, high: 0.0526, attained: 0.953125 },
  },
  {
    x: [0.0131, 0.0472, -0.0215, 0.0689, 0.0304, 0.0057, 0.0921, -0.0093, 0.0418, 0.0163, 0.0744, 0.0262],
    tests: [
      { mu: 0, pGreater: 0.004638671875000003, pLess: 0.99658203125 },
      { mu: 0.03, pGreater: 0.4848632812499999, pLess: 0.5451660156249999 },
    ],
    estimate: 0.030275,
    interval: { low: 0.0094, high: 0.05535, attained: 0.95751953125 },
  },
  {
    x: [
      0.062084, 0.065505, 0.027146, -0.01768, -0.027696, 0.006389, 0.053339, 0.070108, 0.041416, -0.006201, -0.02879,
      -0.005389, 0.042698, 0.07149, 0.054764, 0.008165, -0.02518, -0.014309, 0.031104, 0.069647, 0.066243, 0.024397,
      -0.017021, -0.019519, 0.019632, 0.064888, 0.075109, 0.041385,
    ],
    tests: [
      { mu: 0, pGreater: 0.0006446167826652537, pLess: 0.9994139336049557 },
      { mu: 0.03, pGreater: 0.7389279641211033, pLess: 0.2684544324874878 },
    ],
    estimate: 0.025292,
    interval: { low: 0.0122745, high: 0.0425685, attained: 0.9522528499364853 },
  },
];

/** To ten significant digits. */
function expectSame(value: number, reference: number): void {
  expect(Math.abs(value - reference)).toBeLessThanOrEqual(1e-10 * Math.max(Math.abs(reference), 1e-6));
}

describe('the statistics, beside those of R', () => {
  for (const { x, tests, estimate, interval } of SAMPLES) {
    it(`agree on ${x.length} values: both one-sided tests, the estimate, the interval and its level`, () => {
      for (const { mu, pGreater, pLess } of tests) {
        const found = signedRankTest(x, mu);
        expectSame(found.pGreater, pGreater);
        expectSame(found.pLess, pLess);
      }
      expectSame(hodgesLehmann(x), estimate);
      const found = signedRankInterval(x, 0.95);
      expectSame(found.low, interval.low);
      expectSame(found.high, interval.high);
      expectSame(found.attained, interval.attained);
    });
  }

  it.each([
    [0, 60, 0, 0.05962949228616687],
    [57, 60, 0.8607567532789272, 0.9895676703556517],
    [3, 17, 0.03798506807062598, 0.4343178728442839],
    [59, 59, 0.9393910990496601, 1],
  ])('agree on the exact interval of %d in %d', (successes, trials, low, high) => {
    const found = clopperPearson(successes, trials);
    expectSame(found.low, low);
    expectSame(found.high, high);
  });

  it('agree on Student’s distribution', () => {
    expectSame(studentTail(2.1, 4), 0.05182664315880109);
    expectSame(studentTail(0.3, 1), 0.4072264209222577);
    expectSame(studentTail(-1.7, 11), 0.9414017906765614);
    expectSame(studentTail(5.5, 2), 0.0157520015209069);
    expectSame(studentQuantile(0.025, 4), 2.776445105197794);
    expectSame(studentQuantile(0.005, 11), 3.10580651553928);
    expectSame(studentQuantile(0.001, 1), 318.3088389855504);
  });

  it('agree on the normal distribution', () => {
    expectSame(normalCdf(-3.3), 0.0004834241423837774);
    expectSame(normalCdf(-1), 0.158655253931457);
    expectSame(normalCdf(0.25), 0.5987063256829237);
    expectSame(normalCdf(2.5758), 0.9949995762622214);
    expectSame(normalQuantile(0.0001), -3.71901648545568);
    expectSame(normalQuantile(0.025), -1.959963984540054);
    expectSame(normalQuantile(0.6), 0.2533471031357998);
    expectSame(normalQuantile(0.99999), 4.26489079392384);
  });
});
