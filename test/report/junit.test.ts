import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/index.js';
import { renderJUnit } from '../../src/report/index.js';
import {
  contaminatedRun,
  emptyRun,
  failingRun,
  inconclusiveRun,
  invalidRun,
  partialRun,
  passingRun,
  withScenario,
} from './fixture.js';
import { type ReadElement, readXml } from './xml-reader.js';

const RUNS: readonly (readonly [string, () => RunRecord])[] = [
  ['pass', passingRun],
  ['fail', failingRun],
  ['inconclusive', inconclusiveRun],
  ['invalid', invalidRun],
  ['contaminated', contaminatedRun],
  ['partial', partialRun],
  ['empty', emptyRun],
];

const junit = (run: RunRecord): string => renderJUnit(run, { file: 'reports/20260301-093000-7/record.json' });
const casesOf = (suite: ReadElement): ReadElement[] => suite.children.filter(({ name }) => name === 'testcase');
const outcomes = (cases: readonly ReadElement[], element: string): ReadElement[] =>
  cases.filter(({ children }) => children.some(({ name }) => name === element));

/** What the Jenkins xUnit plugin's junit-10.xsd allows of the elements that are used, `*` where it is required. */
const SCHEMA: Readonly<Record<string, { readonly attributes: string; readonly children: string }>> = {
  testsuites: { attributes: 'name time tests failures errors', children: 'testsuite' },
  testsuite: {
    attributes: 'name* tests* failures* errors* skipped time timestamp file',
    children: 'properties testcase',
  },
  properties: { attributes: '', children: 'property' },
  property: { attributes: 'name* value*', children: '' },
  testcase: { attributes: 'name* classname time', children: 'failure error skipped' },
  failure: { attributes: 'type message', children: '' },
  error: { attributes: 'type message', children: '' },
  skipped: { attributes: 'type message', children: '' },
};

function breaches(element: ReadElement): string[] {
  const rule = SCHEMA[element.name];
  if (!rule) return [`<${element.name}> is not in the schema`];
  const allowed = rule.attributes.split(' ');
  const given = Object.keys(element.attributes);
  return [
    ...given.filter((name) => !allowed.includes(name) && !allowed.includes(`${name}*`)),
    ...allowed.filter((name) => name.endsWith('*') && !given.includes(name.slice(0, -1))),
    ...element.children.filter(({ name }) => !rule.children.split(' ').includes(name)).map(({ name }) => name),
    ...(/^(?:failure|error|skipped)$/.test(element.name) || element.text.trim() === '' ? [] : ['text']),
    ...element.children.flatMap(breaches),
  ];
}

describe('a run as JUnit XML', () => {
  it.each(RUNS)('is this: %s', async (name, run) => {
    await expect(junit(run())).toMatchFileSnapshot(`../golden/junit-${name}.xml`);
  });

  it.each(RUNS)('holds to the schema, and counts what is in it: %s', (_, run) => {
    const root = readXml(junit(run()));
    expect(breaches(root)).toEqual([]);
    const total = { tests: 0, failures: 0, errors: 0 };
    for (const suite of root.children) {
      const cases = casesOf(suite);
      const counts = {
        tests: cases.length,
        failures: outcomes(cases, 'failure').length,
        errors: outcomes(cases, 'error').length,
        skipped: outcomes(cases, 'skipped').length,
      };
      expect(suite.attributes).toMatchObject(
        Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
      );
      expect(new Set(cases.map(({ attributes }) => attributes['name'])).size).toBe(cases.length);
      for (const name of ['tests', 'failures', 'errors'] as const) total[name] += counts[name];
    }
    expect(root.attributes).toMatchObject(
      Object.fromEntries(Object.entries(total).map(([name, count]) => [name, String(count)])),
    );
    expect(total.tests).toBeGreaterThan(0);
  });

  it('has a case without a mark only for what held', () => {
    const clean = (run: RunRecord): boolean =>
      readXml(junit(run))
        .children.flatMap(casesOf)
        .every(({ children }) => children.length === 0);
    expect(RUNS.filter(([, run]) => clean(run())).map(([name]) => name)).toEqual(['pass']);
  });

  it('leaves out rows that cannot fail the run', () => {
    expect(junit(failingRun())).not.toContain('day1');
    expect(junit(failingRun())).not.toContain('cpuUsPerOp');
  });

  it('says why a failure is one, and how to see it again', () => {
    const [failure] = outcomes(readXml(junit(failingRun())).children.flatMap(casesOf), 'failure');
    expect(failure?.attributes).toMatchObject({ name: 'target hit-rate: hit rate > 85 %', classname: 'rest-polling' });
    const [told] = failure?.children ?? [];
    expect(told?.attributes).toEqual({
      message: '73.1 %, 95 % interval 71.9 … 74.2; limit: > 0.85',
      type: 'fail',
    });
    expect(told?.text).toContain('npx mp-bench run rest-polling --set pool.max=24 --seed 7');
  });

  it('keeps a count that stands when the machine was disturbed', () => {
    const cases = readXml(junit(contaminatedRun())).children.flatMap(casesOf);
    const names = (wanted: readonly ReadElement[]): (string | undefined)[] =>
      wanted.map(({ attributes }) => attributes['name']);
    expect(names(cases.filter(({ children }) => children.length === 0))).toEqual([
      'client and exchange agree',
      'gate day3: connectionsOpened of pooled',
      'gate day3: operations of pooled',
      'gate day3: handshakesFull of pooled',
    ]);
    expect(names(outcomes(cases, 'error'))).toContain('gate day3: responseTimeMs.p50 of pooled');
  });

  it('is an error when the run was stopped between two scenarios', () => {
    const stopped = { ...passingRun(), verdict: 'partial' as const };
    expect(outcomes(readXml(junit(stopped)).children.flatMap(casesOf), 'error')).toHaveLength(1);
  });

  it('shares the time of a scenario out to its cases, and leaves it out where nobody took it', () => {
    const [suite] = readXml(junit(passingRun())).children;
    expect(suite?.attributes['time']).toBe('126.000');
    const times = casesOf(suite ?? readXml('')).map(({ attributes }) => Number(attributes['time']));
    expect(times.reduce((sum, time) => sum + time, 0)).toBeCloseTo(126, 6);
    const older = withScenario(passingRun(), ({ durationMs, ...scenario }) => {
      expect(durationMs).toBeDefined();
      return scenario;
    });
    expect(readXml(junit(older)).children[0]?.attributes).not.toHaveProperty('time');
  });

  it('comes back whole from a parser, whatever is written in it', () => {
    const nasty = fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '>', '&', '"', "'", ']]>', '&amp;', '\t', '\n', '\r', '\r\n', ' ', '--', '<!--', '%'),
        fc.constantFrom('\u0000', '\u0008', '\u000b', '\u001b', '\u007f', '\u0085', '\ud800', '\udfff', '\uffff'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 20,
    });
    const failing = failingRun();
    const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
    fc.assert(
      fc.property(nasty, nasty, (title, reason) => {
        const run = withScenario(failing, (scenario) => ({
          ...scenario,
          question: title,
          targets: scenario.targets.map((row) => Object.assign({}, row, row.verdict === 'fail' && { title, reason })),
        }));
        const [suite] = readXml(junit(run)).children;
        const expected = title.replaceAll(forbidden, '\uFFFD');
        const [failed] = outcomes(casesOf(suite ?? readXml('')), 'failure');
        expect(failed?.attributes['name']).toBe(`target hit-rate: ${expected}`);
        const question = suite?.children[0]?.children.find(({ attributes }) => attributes['name'] === 'question');
        expect(question?.attributes['value']).toBe(expected);
        const lastWord = reason.replaceAll(forbidden, '\uFFFD');
        expect(failed?.children[0]?.text.replaceAll(/\s/g, '')).toContain(lastWord.replaceAll(/\s/g, ''));
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});

describe('the reader that checks it', () => {
  it.each([
    ['<a', 'does not end'],
    ['<a></b>', 'closed by another'],
    ['<a x="<"/>', 'expected "'],
    ['<a x="1" x="2"/>', 'twice'],
    ['<a>&nbsp;</a>', 'no such reference'],
    ['<a>&amp</a>', 'no such reference'],
    ['<a>\u0001</a>', 'forbids'],
    ['<a>\ud800</a>', 'forbids'],
    ['<a>]]></a>', 'in text'],
    ['<a/><b/>', 'after the root'],
  ])('refuses %j', (body, told) => {
    expect(() => readXml(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`)).toThrow(told);
  });
});
