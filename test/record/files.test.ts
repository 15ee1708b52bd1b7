import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environment, findRecords, type Host, readRecord, writeRecord, writeWhole } from '../../src/record/index.js';
import { passingRun } from '../report/fixture.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mp-bench-records-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a record on disk', () => {
  it('reads back as it was written, by file or by directory', async () => {
    const record = passingRun();
    const file = await writeRecord(directory, record);
    expect(file).toBe(join(directory, record.runId, 'record.json'));
    expect(await readRecord(file)).toEqual(record);
    expect(await readRecord(join(directory, record.runId))).toEqual(record);
  });

  it('leaves nothing beside it', async () => {
    const record = passingRun();
    await writeRecord(directory, record);
    await writeRecord(directory, record);
    expect(await readdir(join(directory, record.runId))).toEqual(['record.json']);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    await expect(writeWhole(join(directory, 'x\0y'), '')).rejects.toThrow(/null bytes/);
    await writeFile(join(directory, 'file'), '');
    await expect(writeWhole(join(directory, 'file', 'inner'), '')).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(await readdir(directory)).toEqual(['file']);
  });

  it.each([
    ['{"schemaVersion": 2}', 'has schema version 2, expected 1', 'it was written by a newer mp-bench'],
    ['{"schemaVersion": 0}', 'has schema version 0, expected 1', undefined],
    [
      '{"schemaVersion": 1, "runId": "x"}',
      'lacks startedAt, seed, environment, verdict, scenarios, warnings',
      undefined,
    ],
    ['[]', 'is not a record of mp-bench', undefined],
    ['null', 'is not a record of mp-bench', undefined],
    ['{', 'is not JSON', undefined],
  ])('is refused when it reads %s', async (text, message, hint) => {
    const file = join(directory, 'record.json');
    await writeFile(file, text);
    const error: unknown = await readRecord(file).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'E_RECORD', problems: [{ location: { file } }] });
    const [problem] = (error as { problems: { message: string; hint?: string }[] }).problems;
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toBe(hint);
  });

  it('is refused when it is not there', async () => {
    await expect(readRecord(join(directory, 'none'))).rejects.toMatchObject({ code: 'E_RECORD' });
  });

  it('is found by age, oldest first', async () => {
    const files = await Promise.all(['b', 'a', 'c'].map((runId) => writeRecord(directory, { ...passingRun(), runId })));
    await Promise.all(files.map((file, index) => utimes(file, 1000 + index, 1000 + index)));
    await writeFile(join(directory, 'stray'), '');
    expect(await findRecords(directory)).toEqual(files);
    expect(await findRecords(join(directory, 'none'))).toEqual([]);
  });
});

describe('the fingerprint of a machine', () => {
  const host: Host = {
    cpu: 'Example CPU',
    cores: 2,
    platform: 'linux',
    system: 'Linux',
    release: '6.8.0-31',
    arch: 'x64',
    node: 'v20.19.1',
    memoryBytes: 8 * 2 ** 30,
  };
  const of = (change: Partial<Host>): string => environment(null, { ...host, ...change }).fingerprint;

  it('changes with what makes timings incomparable, and only with that', () => {
    expect(of({})).toMatch(/^[0-9a-f]{12}$/);
    expect(of({ release: '6.8.0-99', node: 'v20.20.2', memoryBytes: 1 })).toBe(of({}));
    for (const change of [{ cpu: 'Other' }, { cores: 4 }, { arch: 'arm64' }, { node: 'v22.0.0' }, { release: '6.9.1' }])
      expect(of(change)).not.toBe(of({}));
  });

  it('comes with the facts it was made of', () => {
    expect(environment({ exchange: 0, arm: 1 }, host)).toMatchObject({
      os: 'Linux 6.8.0-31 x64',
      memoryMb: 8192,
      cores: 2,
      pinning: { exchange: 0, arm: 1 },
    });
    expect(environment().cores).toBeGreaterThan(0);
  });
});
