import type { RunRecord, ScenarioRecord } from '../record/index.js';
import { type JUnitCase, casesOfRun, casesOfScenario } from './junit-cases.js';
import { xmlElement, xmlLeaf } from './xml.js';

export interface JUnitOptions {
  /** Where the record is; left out when it was not written. */
  readonly file?: string;
}

/**
 * A run as JUnit XML: a suite for each scenario, a case for each thing that could have failed the run. Failed rows are
 * failures, what could not be decided is skipped, and what cannot be trusted (witnesses that disagree, a disturbed
 * machine, a run that was stopped or evaluated nothing) is an error. Times are seconds; the rows of a scenario rest on
 * the same launches, so each case has an equal share of the scenario's time.
 * Source: junit-10.xsd of the Jenkins xUnit plugin, whose elements and attributes GitLab reads as well.
 */
export function renderJUnit(run: RunRecord, options: JUnitOptions = {}): string {
  const suites = [
    ...run.scenarios.map((scenario) => ({ scenario, cases: casesOfScenario(run, scenario) })),
    ...[casesOfRun(run)].filter((cases) => cases.length > 0).map((cases) => ({ scenario: undefined, cases })),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const { tests, failures, errors } = countsOf(all);
  const root = { name: run.tool.name, tests, failures, errors, time: seconds(run.durationMs) };
  const children = suites.map(({ scenario, cases }) => suite(run, scenario, cases, options));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement('testsuites', root, children)}\n`;
}

function suite(
  run: RunRecord,
  scenario: ScenarioRecord | undefined,
  cases: readonly JUnitCase[],
  { file }: JUnitOptions,
): string {
  const durationMs = scenario?.durationMs;
  const share = durationMs === undefined ? undefined : durationMs / cases.length;
  const attributes = {
    name: scenario?.name ?? run.tool.name,
    ...countsOf(cases),
    time: seconds(durationMs),
    timestamp: run.startedAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length),
    file: scenario?.source,
  };
  const properties = Object.entries(propertiesOf(run, scenario, file)).map(([name, value]) =>
    xmlElement('property', { name, value }),
  );
  return xmlElement('testsuite', attributes, [
    xmlElement('properties', {}, properties),
    ...cases.map((one) => testCase(one, share)),
  ]);
}

function propertiesOf(
  run: RunRecord,
  scenario: ScenarioRecord | undefined,
  file: string | undefined,
): Readonly<Record<string, string | number>> {
  return {
    version: run.tool.version,
    run: run.runId,
    verdict: scenario?.verdict ?? run.verdict,
    seed: run.seed,
    mode: run.quick ? 'quick' : 'full',
    ...(scenario && { scenario: scenario.source, hash: scenario.hash, question: scenario.question }),
    fingerprint: run.environment.fingerprint,
    ...(file !== undefined && { record: file }),
    command: scenario?.command ?? run.command,
  };
}

function testCase({ suite, name, outcome }: JUnitCase, shareMs: number | undefined): string {
  const attributes = { name, classname: suite, time: seconds(shareMs) };
  if (outcome === null) return xmlElement('testcase', attributes);
  const { element, type, message, text } = outcome;
  return xmlElement('testcase', attributes, [xmlLeaf(element, { message, type }, text)]);
}

function countsOf(cases: readonly JUnitCase[]): {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
} {
  const count = (element: string): number => cases.filter(({ outcome }) => outcome?.element === element).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : (ms / 1000).toFixed(3);
}
