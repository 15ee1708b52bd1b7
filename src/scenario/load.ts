import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { MpBenchError, type Problem, type SourceLocation } from '../base/index.js';
import { conflicts } from './checks.js';
import { withDriversBeside } from './driver-paths.js';
import { resolveDurations } from './duration.js';
import { explain, type Locate } from './explain.js';
import { scenarioHash } from './hash.js';
import { isSection, merged, type Override, overridePath, withValue } from './overrides.js';
import { type Path, Positions } from './positions.js';
import { type Scenario, scenarioSchema } from './schema.js';
import { warningsOf } from './warnings.js';

export interface ScenarioSource {
  readonly text: string;
  /** Shown in problems and kept in the record; not read. */
  readonly file: string;
  readonly quick: boolean;
  readonly overrides?: readonly Override[];
}

export interface LoadedScenario {
  /** Drivers' paths are those that the working directory sees. */
  readonly scenario: Scenario;
  /** Twelve hex digits of what is measured, after `quick` and overrides. */
  readonly hash: string;
  /** The scenario as plain data, for the record; drivers' paths as they were written. */
  readonly resolved: unknown;
  readonly warnings: readonly string[];
  readonly file: string;
}

/**
 * Reads a scenario: YAML, then `quick` where asked for, then the overrides, then the checks.
 * @throws {MpBenchError} E_SCENARIO with every problem found, each with file, line and column
 */
export function loadScenario(source: ScenarioSource): LoadedScenario {
  const written = parseYaml(source);
  const { quick = {}, ...plain } = written.fields;
  const overrides = source.overrides ?? [];
  const asked = validated(source.quick ? merged(plain, quick) : plain, overrides, whereIs(written, source));
  // The other variant is checked too, so that a slip in `quick` shows before the day it is needed.
  const other = validated(
    source.quick ? plain : merged(plain, quick),
    overrides,
    whereIs(written, { ...source, quick: !source.quick }),
  );
  const problems = distinct([...asked.problems, ...other.problems]);
  if (!asked.scenario || problems.length > 0) {
    throw new MpBenchError('E_SCENARIO', `${source.file}: ${plural(problems.length, 'problem')}`, problems);
  }
  const { scenario } = asked;
  return {
    scenario: withDriversBeside(source.file, scenario, overrides),
    hash: scenarioHash(scenario),
    resolved: scenario,
    warnings: warningsOf(scenario),
    file: source.file,
  };
}

interface Written {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly positions: Positions;
}

function parseYaml({ text, file }: ScenarioSource): Written {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positions = new Positions(file, document, lines);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      message: `not valid YAML: ${error.message}`,
      location: positions.at(error.pos[0]),
    }));
    throw new MpBenchError('E_SCENARIO', `${file}: not valid YAML`, problems);
  }
  const fields = plainValue(document, file);
  if (isSection(fields)) return { fields, positions };
  const problem = {
    message: 'expected a mapping with the fields of a scenario',
    location: { file, line: 1, column: 1 },
  };
  throw new MpBenchError('E_SCENARIO', `${file}: not a scenario`, [problem]);
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases of aliases, unfolded without end.
    const message = `not valid YAML: ${(error as Error).message}`;
    throw new MpBenchError('E_SCENARIO', `${file}: ${message}`, [{ message, location: { file } }], { cause: error });
  }
}

/** Overrides come from the command line, the rest from the file: from `quick` where that is in force and says so. */
function whereIs({ positions }: Written, { quick, overrides = [] }: ScenarioSource): Locate {
  return (path, want) => {
    const override = overrides.findLast((candidate) => related(overridePath(candidate), path, positions));
    if (override) return commandLine(override);
    const inQuick: Path = ['quick', ...path];
    return positions.locate(quick && positions.has(inQuick) ? inQuick : path, want);
  };
}

function commandLine(override: Override): SourceLocation {
  return { file: `--set ${override.path}=${override.text}` };
}

// An override accounts for what lies below it, and for a section that it brought into being.
function related(override: Path, path: Path, positions: Positions): boolean {
  const startsWith = (whole: Path, start: Path): boolean => start.every((key, index) => whole[index] === key);
  return startsWith(path, override) || (startsWith(override, path) && !positions.has(path));
}

interface Validated {
  readonly scenario?: Scenario;
  readonly problems: readonly Problem[];
}

function validated(fields: unknown, overrides: readonly Override[], locate: Locate): Validated {
  const value = overrides.reduce(
    (target, override) => withValue(target, overridePath(override), override.value),
    fields,
  );
  const result = scenarioSchema.safeParse(value);
  const sections: Partial<Scenario> = result.success ? resolveDurations(result.data) : validSections(value);
  const found: Problem[] = result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, value, locate));
  for (const { path, message, hint } of conflicts(sections))
    found.push({ message, location: locate(path), ...(hint !== undefined && { hint }) });
  return result.success ? { scenario: sections as Scenario, problems: found } : { problems: found };
}

// One bad section must not hide what is wrong between the others.
function validSections(value: unknown): Partial<Scenario> {
  if (!isSection(value)) return {};
  const sections: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<z.ZodType>(scenarioSchema.shape)) {
    const result = schema.safeParse(value[name]);
    if (result.success && result.data !== undefined) sections[name] = result.data;
  }
  return resolveDurations(sections);
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()].toSorted(byPosition);
}

function byPosition({ location: a }: Problem, { location: b }: Problem): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
