import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import {
  type Baseline,
  baselineFromRecords,
  findBaselines,
  listBaselines,
  locateBaseline,
  readBaseline,
  rollback,
  writeBaseline,
} from '../../src/baseline/index.js';
import { jsonErrorPosition } from '../../src/baseline/json-position.js';
import { runOf } from './records.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mp-bench-baselines-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const baselineOf = (day: number, name = 'day3'): Baseline =>
  baselineFromRecords([runOf(day)], { name, role: 'gate', stack: 'day3' }).baseline;

async function failureOf(work: Promise<unknown>): Promise<MpBenchError> {
  const outcome = await work.catch((error: unknown) => error);
  if (!(outcome instanceof MpBenchError)) throw new Error('expected an error of mp-bench', { cause: outcome });
  return outcome;
}

describe('the store', () => {
  it('reads what it wrote', async () => {
    const path = await writeBaseline(join(directory, 'new', 'place'), baselineOf(1));
    expect(path).toBe(join(directory, 'new', 'place', 'day3.json'));
    expect(await readBaseline(path)).toEqual(baselineOf(1));
    expect(await readdir(join(directory, 'new', 'place'))).toEqual(['day3.json']);
  });

  it('brings the previous version back, and forth again', async () => {
    await writeBaseline(directory, baselineOf(1));
    await writeBaseline(directory, baselineOf(2));
    const back = await rollback(directory, 'day3');
    expect(back.baseline).toEqual(baselineOf(1));
    expect(await readBaseline(back.path)).toEqual(baselineOf(1));
    expect((await rollback(directory, 'day3')).baseline).toEqual(baselineOf(2));
  });

  it('does not lose the previous version by writing the same one twice', async () => {
    await writeBaseline(directory, baselineOf(1));
    await writeBaseline(directory, baselineOf(2));
    await writeBaseline(directory, baselineOf(2));
    expect((await rollback(directory, 'day3')).baseline).toEqual(baselineOf(1));
  });

  it('rolls back to a good version over a spoiled one, and never to a spoiled one', async () => {
    await writeBaseline(directory, baselineOf(1));
    await writeBaseline(directory, baselineOf(2));
    await writeFile(join(directory, 'day3.json'), 'spoiled');
    expect((await rollback(directory, 'day3')).baseline).toEqual(baselineOf(1));
    expect((await failureOf(rollback(directory, 'day3'))).message).toContain('day3.previous.json:1:1');
    expect(await readBaseline(join(directory, 'day3.json'))).toEqual(baselineOf(1));
  });

  it('cannot roll back what was written once', async () => {
    await writeBaseline(directory, baselineOf(1));
    expect((await failureOf(rollback(directory, 'day3'))).message).toContain('no previous version of day3');
  });

  it('leaves the old file whole when a write fails, and nothing beside it', async () => {
    const path = await writeBaseline(directory, baselineOf(1));
    await mkdir(join(directory, 'day3.previous.json'));
    expect((await failureOf(writeBaseline(directory, baselineOf(2)))).code).toBe('E_BASELINE');
    expect(await readBaseline(path)).toEqual(baselineOf(1));
    expect(await readdir(directory)).toEqual(['day3.json', 'day3.previous.json']);
  });

  it('writes nothing that it could not read', async () => {
    const broken = { ...baselineOf(1), scenarios: [] };
    expect((await failureOf(writeBaseline(directory, broken))).code).toBe('E_BASELINE');
    expect((await failureOf(writeBaseline(directory, { ...baselineOf(1), name: '../up' }))).message).toContain(
      'cannot be the name',
    );
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('looking for baselines', () => {
  it('lets the first directory win and the newest come first', async () => {
    const [own, shipped] = [join(directory, 'own'), join(directory, 'shipped')];
    await writeBaseline(own, baselineOf(2));
    await writeBaseline(own, baselineOf(3));
    await writeBaseline(shipped, baselineOf(1));
    await writeBaseline(shipped, baselineOf(4, 'other'));
    const found = await findBaselines([own, shipped, join(directory, 'absent')]);
    expect(found.map(({ name, path }) => [name, path])).toEqual([
      ['other', join(shipped, 'other.json')],
      ['day3', join(own, 'day3.json')],
    ]);
    expect((await locateBaseline([own, shipped], 'day3')).baseline).toEqual(baselineOf(3));
    expect((await failureOf(locateBaseline([own, shipped], 'dya3'))).message).toContain('there are day3, other');
    expect((await failureOf(locateBaseline([join(directory, 'absent')], 'day3'))).code).toBe('E_BASELINE');
  });

  it('lists a spoiled file with what is wrong, but does not measure past it', async () => {
    await writeBaseline(directory, baselineOf(1));
    await writeFile(join(directory, 'bad.json'), '{"schemaVersion": 1,\n "name": nonsense}');
    const listed = await listBaselines([directory]);
    expect(listed.map(({ name, problem }) => [name, problem === undefined])).toEqual([
      ['bad', false],
      ['day3', true],
    ]);
    expect((await failureOf(findBaselines([directory]))).message).toContain('bad.json:2:10');
  });
});

describe('a file that is no baseline', () => {
  const reading = async (text: string): Promise<MpBenchError> => {
    await writeFile(join(directory, 'x.json'), text);
    return failureOf(readBaseline(join(directory, 'x.json')));
  };
  const whole = JSON.stringify(baselineOf(1), null, 1);

  it('is reported with line and column when it is not JSON', async () => {
    const error = await reading('{\n "name": "day3",\n}');
    expect(error.code).toBe('E_BASELINE');
    expect(error.problems[0]?.location).toEqual({ file: join(directory, 'x.json'), line: 3, column: 1 });
    expect((await reading('')).problems[0]?.location).toMatchObject({ line: 1, column: 1 });
  });

  it('is reported at the field that is wrong, or at the parent of one that is missing', async () => {
    const wrongRole = await reading(whole.replace('"gate"', '"goal"'));
    expect(wrongRole.problems[0]?.message).toContain('role');
    expect(wrongRole.problems[0]?.location).toMatchObject({ line: 5, column: 10 });
    expect(wrongRole.message).toContain('x.json:5:10: role: ');
    const missing = await reading(whole.replace('"hash": "abc123",', ''));
    expect(missing.problems[0]?.message).toContain('scenarios.0.hash');
    expect(missing.problems[0]?.location?.line).toBeGreaterThan(10);
    expect((await reading('[]')).problems[0]?.message).toContain('the file');
  });

  it('is recognised as a newer one', async () => {
    const newer = await reading(whole.replace('"schemaVersion": 1', '"schemaVersion": 2'));
    expect(newer.message).toContain('schemaVersion is 2, expected 1 (it was written by a newer mp-bench)');
  });

  it('is reported when it is not there', async () => {
    expect((await failureOf(readBaseline(join(directory, 'absent.json')))).message).toContain('there is no such file');
    expect((await failureOf(readBaseline(directory))).message).toContain('cannot be read (EISDIR)');
  });
});

describe('the position of an error in JSON', () => {
  it('is where the text stops being JSON', () => {
    expect(jsonErrorPosition('{"a": 1,}')).toEqual({ line: 1, column: 9 });
    expect(jsonErrorPosition('[1,\n2\n3]')).toEqual({ line: 3, column: 1 });
    expect(jsonErrorPosition('"open')).toEqual({ line: 1, column: 6 });
    expect(jsonErrorPosition(String.raw`"\x"`)).toEqual({ line: 1, column: 2 });
    expect(jsonErrorPosition('{} {}')).toEqual({ line: 1, column: 4 });
    expect(jsonErrorPosition('01')).toEqual({ line: 1, column: 2 });
  });

  it('exists exactly when the text is not JSON', () => {
    const spoiled = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '1', 'x', '\n', '-', '.'),
      )
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + (insert === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(spoiled, (text) => {
        expect(jsonErrorPosition(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 1000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('keeps baselines readable by people', async () => {
  const path = await writeBaseline(directory, baselineOf(1));
  expect((await readFile(path, 'utf8')).split('\n').length).toBeGreaterThan(20);
});
