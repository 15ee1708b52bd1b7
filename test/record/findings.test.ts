import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finding, readRecord, SCHEMA_VERSION, withFindings, writeRecord } from '../../src/record/index.js';
import { passingRun } from '../report/fixture.js';

const FINDING: Finding = {
  id: 'steal',
  severity: 'warn',
  value: 1.5,
  unit: '%',
  measured: '1.50 % of 20.0 s',
  effect: 'stalls',
  remedy: 'another host',
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mp-bench-findings-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('a record with findings', () => {
  it('keeps them in its environment, beside all that was there, under the same schema version', async () => {
    const record = withFindings(passingRun(), [FINDING]);
    const read = await readRecord(await writeRecord(directory, record));
    expect(read).toEqual({ ...passingRun(), environment: { ...passingRun().environment, findings: [FINDING] } });
    expect(read.schemaVersion).toBe(SCHEMA_VERSION);
  });

  it('of before there were any is read as it is', async () => {
    const read = await readRecord(await writeRecord(directory, passingRun()));
    expect(read.environment).not.toHaveProperty('findings');
  });
});
