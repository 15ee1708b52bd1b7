import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import {
  findScenarios,
  type JsonSchema,
  loadScenario,
  locateScenario,
  nearest,
  parseOverride,
  plannedWork,
  readScenarioText,
  scenarioDirectories,
  scenarioJsonSchema,
} from '../../src/scenario/index.js';
import { load, SMALL } from './fixture.js';

function undocumented(schema: JsonSchema, path: string): string[] {
  const found: string[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.description === undefined) found.push(`${path}${name}`);
    found.push(...undocumented(field, `${path}${name}.`));
  }
  const nested = [schema.items, schema.additionalProperties, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return found.concat(nested.flatMap((child) => (typeof child === 'object' ? undocumented(child, path) : [])));
}

describe('the JSON schema', () => {
  it('describes every field', () => {
    expect(undocumented(scenarioJsonSchema(), '')).toEqual([]);
  });

  it('requires nothing under quick, and knows all its fields', () => {
    const quick = scenarioJsonSchema().properties?.['quick'];
    expect(quick).not.toHaveProperty('required');
    expect(quick?.properties?.['sampling']).not.toHaveProperty('required');
    expect(scenarioJsonSchema().properties?.['sampling']).toHaveProperty('required');
    expect(quick?.properties?.['pool']?.properties).toHaveProperty('max');
  });
});

describe('an override', () => {
  it('has a YAML value', () => {
    expect(parseOverride('pool.max=24')).toEqual({ path: 'pool.max', value: 24, text: '24' });
    expect(parseOverride('arms.pooled.driver=./mine.js').value).toBe('./mine.js');
    expect(parseOverride('gates=[]').value).toEqual([]);
    expect(parseOverride('arms.a.launches=null').value).toBeNull();
    expect(parseOverride('question=a=b').value).toBe('a=b');
  });

  it.each(['pool.max', '=3', 'pool..max=3', 'pool.max=[1'])('is refused as wrong usage: %s', (text) => {
    expect(() => parseOverride(text)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});

describe('a suggestion', () => {
  it('is the nearest name, unless nothing is near', () => {
    expect(nearest('hitRte', ['hitRate', 'reuseRate'])).toBe('hitRate');
    expect(nearest('POOL', ['pool'])).toBe('pool');
    expect(nearest('xyz', ['hitRate'])).toBeUndefined();
  });
});

describe('looking scenarios up', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mp-bench-scenarios-'));
    await mkdir(join(directory, 'scenarios'));
    await writeFile(join(directory, 'scenarios', 'rest-polling.yaml'), SMALL);
    await writeFile(join(directory, 'scenarios', 'mine.yml'), SMALL);
    await writeFile(join(directory, 'scenarios', 'notes.txt'), '');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('finds the own ones first, then those of the package', async () => {
    const found = await findScenarios(scenarioDirectories(directory));
    expect(found.map(({ name }) => name)).toEqual([
      'crash',
      'day',
      'failover',
      'marketprism',
      'mine',
      'rest-burst',
      'rest-polling',
      'stream-subscribe',
    ]);
    expect(found.find(({ name }) => name === 'rest-polling')?.file.startsWith(directory)).toBe(true);
  });

  it('goes by name or by path', async () => {
    expect(await locateScenario('mine', directory)).toBe(join(directory, 'scenarios/mine.yml'));
    expect(await locateScenario('./x/y.yaml', '/a')).toBe('/a/x/y.yaml');
    expect(await locateScenario('/b/y.yaml', '/a')).toBe('/b/y.yaml');
  });

  it('suggests a name for one that is not there', async () => {
    const error = await locateScenario('rest-poling', directory).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MpBenchError);
    expect((error as MpBenchError).problems[0]?.hint).toBe('did you mean `rest-polling`?');
  });

  it('turns an unreadable file into a problem', async () => {
    await expect(readScenarioText(join(directory, 'none.yaml'))).rejects.toMatchObject({
      code: 'E_SCENARIO',
      problems: [{ message: 'cannot be read (ENOENT)' }],
    });
  });
});

describe('the planned work', () => {
  it('counts launches, operations and connections without running anything', async () => {
    const work = plannedWork(load(SMALL).scenario);
    expect(work).toEqual({
      launches: { unpooled: 12, pooled: 12 },
      operations: 24 * 50,
      loadMs: 560,
      durationMs: 24 * (560 + 1000),
      peakConnections: 256,
    });
  });

  it('counts the connections of a second feed and of the spares, and an arm by settings of its own', async () => {
    const file = await locateScenario('stream-subscribe', '/nowhere');
    const text = await readScenarioText(file);
    // 50 streams, 16 to a connection.
    const peak = (set: readonly string[]) => {
      const overrides = [...set, 'arms.unpooled.driver=pooled', 'arms.default.driver=pooled'].map(parseOverride);
      return plannedWork(loadScenario({ text, file, quick: false, overrides }).scenario).peakConnections;
    };
    expect(peak(['pool.max=20'])).toBe(4);
    expect(peak(['pool.max=20', 'pool.feeds=2', 'pool.standby=1'])).toBe(8);
    expect(peak(['arms.pooled.pool={max: 20, feeds: 2}'])).toBe(7);
  });

  it('counts the launches outside the pairs as they are given', async () => {
    const file = await locateScenario('stream-subscribe', '/nowhere');
    const { scenario } = loadScenario({ text: await readScenarioText(file), file, quick: false });
    expect(plannedWork(scenario)).toMatchObject({
      launches: { unpooled: 7, pooled: 7, default: 2 },
      operations: 16 * scenario.warmUp.operations,
      peakConnections: 50,
    });
  });
});
