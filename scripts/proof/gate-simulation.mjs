// Does the timing gate keep its word? Seeded runs under several shapes of noise, with a known change or none, judged
// by the gate itself: how often the interval covers the truth, how often it fails without a cause, what it catches.
import { seededRandom } from '../../dist/base/index.js';
import { judgeTiming, pairLogRatios } from '../../dist/gate/index.js';
import { clopperPearson, signedRankInterval } from '../../dist/statistics/index.js';

const RUNS_A_TRIAL = 1000;
const BATCHES = [1, 2, 3, 4];
const CHANGES = [0, 0.03, 0.1, 0.2];
const LOOKS = [7, 14, 28];
const MOST = 28;
const SHOWN_PAIRS = 12;
const QUICK_PAIRS = 6;
const METRICS = ['serviceTimeMs.p50', 'responseTimeMs.p50', 'completionMs', 'subscribeLatencyMs.p50'];
const LIMITS = { versus: 'control', margin: 0.1, deadZone: 0.03 };
const COMPARAND = { arm: 'test', control: 'control' };

const none = () => 0;
const normal = (random, deviation) =>
  deviation * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const sometimes = (random, chance, value) => (random.next() < chance ? value : 0);

/**
 * All in logarithms, so 0.01 is 1 %. `machine(time, whole)` is what the moment does to whichever arm runs then (time 0…1 over
 * the run), `launch()` the luck of one process, `slice()` the rest. `resolution` rounds what is measured.
 */
const SHAPES = {
  'normal, 1.5 %': (random) => ({ launch: () => normal(random, 0.015), slice: () => normal(random, 0.015) }),
  'heavy tails': (random) => ({
    launch: () => normal(random, 0.01) / Math.sqrt(Math.max(0.05, random.next())),
    slice: () => normal(random, 0.01) / Math.sqrt(Math.max(0.01, random.next())),
  }),
  'drift of 30 %': (random) => ({
    machine: (time) => 0.3 * time,
    launch: () => normal(random, 0.015),
    slice: () => normal(random, 0.01),
  }),
  'bursts of 40 %': (random) => ({
    launch: () => normal(random, 0.01),
    slice: () => normal(random, 0.01) + sometimes(random, 0.1, 0.4 * random.next()),
  }),
  'steps of 15 %': (random) => {
    const steps = Array.from({ length: 6 }, () => random.next());
    return {
      machine: (time) => 0.15 * (steps.filter((at) => at < time).length % 2),
      launch: () => normal(random, 0.015),
      slice: () => normal(random, 0.01),
    };
  },
  'two modes of launch': (random) => ({
    launch: () => normal(random, 0.005) + sometimes(random, 0.25, 0.06),
    slice: () => normal(random, 0.01),
  }),
  'skewed, 3 %': (random) => ({ launch: () => random.exponential(0.02), slice: () => random.exponential(0.03) }),
  'coarse clock (ties)': (random) => ({
    launch: () => normal(random, 0.015),
    slice: () => normal(random, 0.01),
    resolution: 0.02,
  }),
};

export default {
  version: 2,
  trials: () =>
    Object.keys(SHAPES).flatMap((shape) =>
      CHANGES.flatMap((change) => BATCHES.map((batch) => `${shape} | ${change} | ${batch}`)),
    ),
  async runTrial(id) {
    const [shape, change] = id.split(' | ');
    const counts = {
      runs: 0,
      covered: 0,
      quickPass: 0,
      quickFail: 0,
      pass: 0,
      fail: 0,
      passOfFour: 0,
      failOfFour: 0,
      first: 0,
      pairs: 0,
    };
    for (let run = 0; run < RUNS_A_TRIAL; run += 1) {
      const outcome = judgeRun(simulateRun(seededRandom(`${id}/${run}`), SHAPES[shape], Number(change)));
      counts.runs += 1;
      counts.covered += outcome.interval.low <= Math.log1p(change) && Math.log1p(change) <= outcome.interval.high;
      counts.quickPass += outcome.quick === 'pass';
      counts.quickFail += outcome.quick === 'fail';
      counts.pass += outcome.one.verdict === 'pass';
      counts.fail += outcome.one.verdict === 'fail';
      counts.first += outcome.one.taken === LOOKS[0];
      counts.pairs += outcome.one.taken;
      counts.passOfFour += outcome.four.verdict === 'pass';
      counts.failOfFour += outcome.four.verdict === 'fail';
    }
    return counts;
  },
  render,
};

/** As many pairs as the last look takes: [metric][pair] → log-ratio. Only the first metric really changed. */
function simulateRun(random, shape, change) {
  const { machine = none, launch, slice, resolution } = shape(random);
  const measured = (value) =>
    Math.exp(resolution === undefined ? value : Math.log1p(Math.round(Math.expm1(value) / resolution) * resolution));
  const rows = [];
  for (let pair = 0; pair < MOST; pair += 1) {
    const biases = { test: METRICS.map(launch), control: METRICS.map(launch) };
    const order = random.next() < 0.5 ? ['test', 'control', 'control', 'test'] : ['control', 'test', 'test', 'control'];
    const slices = order.map((arm, i) => {
      const moment = machine((pair + i / 4) / MOST);
      const value = (metric, index) =>
        measured(moment + biases[arm][index] + slice() + (arm === 'test' && index === 0 ? Math.log1p(change) : 0));
      return { arm, values: METRICS.map(value) };
    });
    for (const [index, metric] of METRICS.entries()) {
      const of = (arm) => slices.filter((one) => one.arm === arm).map((one) => one.values[index]);
      const control = of('control');
      rows.push({ pair, ...COMPARAND, metric, blocks: of('test').map((value, block) => [value, control[block]]) });
    }
  }
  return METRICS.map((metric) => pairLogRatios(rows, { ...COMPARAND, metric }));
}

function judgeRun(logRatios) {
  const judge = (look, metrics) => {
    const ofMetric = (metric) => {
      const values = logRatios[METRICS.indexOf(metric)].slice(0, look.taken);
      return judgeTiming({ ...LIMITS, metric, logRatios: values, judged: metrics.length, look }).verdict;
    };
    const verdicts = new Set(metrics.map(ofMetric));
    return ['fail', 'inconclusive', 'pass'].find((verdict) => verdicts.has(verdict));
  };
  // To the next look while anything is open, and never beyond the last.
  const settled = (metrics) => {
    const looks = LOOKS.map((taken) => ({ taken, verdict: judge({ taken, planned: LOOKS }, metrics) }));
    return looks.find(({ verdict }) => verdict !== 'inconclusive') ?? looks.at(-1);
  };
  return {
    interval: signedRankInterval(logRatios[0].slice(0, SHOWN_PAIRS)),
    quick: judge({ taken: QUICK_PAIRS, planned: [QUICK_PAIRS] }, METRICS.slice(0, 1)),
    one: settled(METRICS.slice(0, 1)),
    four: settled(METRICS),
  };
}

function render(results) {
  const cell = (shape, change) => {
    const rows = [...results].filter(([id]) => id.startsWith(`${shape} | ${change} | `)).map(([, counts]) => counts);
    return (name) => {
      const runs = rows.reduce((sum, row) => sum + row.runs, 0);
      const hits = rows.reduce((sum, row) => sum + row[name], 0);
      return runs === 0 ? '–' : ((100 * hits) / runs).toFixed(1);
    };
  };
  const lines = Object.keys(SHAPES).map((shape) => {
    const [same, edge, margin, big] = CHANGES.map((change) => cell(shape, change));
    const cells = [same('covered'), big('covered'), same('fail'), same('failOfFour'), same('pass'), same('first')];
    cells.push(same('quickPass'), edge('fail'), margin('pass'), margin('fail'), big('fail'), big('failOfFour'));
    return `| ${shape} | ${cells.join(' | ')} |`;
  });
  const all = [...results].filter(([id]) => id.includes(' | 0 | ')).map(([, counts]) => counts);
  return `# Simulation of the timing gate

Every cell is a percentage of ${RUNS_A_TRIAL * BATCHES.length} simulated runs that may stop after ${LOOKS.join(', ')} launch pairs; dead zone 3 %,
margin 10 %. "Four" means four gated metrics of which one changed, and a FAIL of the run when any fails. Intervals are
those of ${SHOWN_PAIRS} pairs, whose attained level is 95.8 %. The noise is made up: what a real machine does is not in it.

| noise | interval covers, no change | interval covers, +20 % | no change: FAIL | no change, four: FAIL | no change: PASS | no change: settled at first look | no change, quick: PASS | +3 %: FAIL | +10 %: PASS | +10 %: FAIL | +20 %: FAIL | +20 %, four: FAIL |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

Without a change, over all shapes: ${falseFails(all, 'fail')} with one gated metric,
${falseFails(all, 'failOfFour')} with four, ${falseFails(all, 'quickFail')} with \`--quick\`.
Such a run takes ${(all.reduce((sum, row) => sum + row.pairs, 0) / all.reduce((sum, row) => sum + row.runs, 0)).toFixed(1)} pairs on average.`;
}

function falseFails(rows, name) {
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  const fails = rows.reduce((sum, row) => sum + row[name], 0);
  const high = clopperPearson(fails, runs).high * 100;
  return `${fails} FAIL in ${runs} runs (at most ${high.toFixed(2)} % at 95 % confidence)`;
}
