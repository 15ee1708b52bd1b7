import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../imports.js';

const IDS = ['reuse', 'setup-cost', 'setup-wait', 'hit-rate', 'utilization'];
const OTHERS = ['failover', 'health', 'lifetime', 'errors', 'throughput'];

interface Row {
  id: string;
  verdict: string;
  reason: string;
}

function record(change: { verdict?: string; targets?: Row[]; remainder?: number; checks?: boolean } = {}): unknown {
  const targets = change.targets ?? [...IDS, ...OTHERS].map((id) => ({ id, verdict: 'pass', reason: '' }));
  const remainder = change.remainder ?? 0;
  const check = { id: 'opened', arm: 'pooled', remainder, agree: remainder === 0, identity: 'accepted = opened' };
  const witness = { agree: remainder === 0, checks: change.checks === false ? [] : [check] };
  return { schemaVersion: 1, verdict: change.verdict ?? 'pass', scenarios: [{ name: 'all', targets, witness }] };
}

function check(input: unknown, exit: number): { status: number | null; stderr: string } {
  const args = [join(ROOT, 'scripts/check-record.mjs'), '--exit', String(exit)];
  const { status, stderr } = spawnSync(process.execPath, args, { input: JSON.stringify(input), encoding: 'utf8' });
  return { status, stderr };
}

describe('scripts/check-record.mjs', () => {
  test('accepts a whole record, passed or failed', () => {
    expect(check(record(), 0)).toEqual({ status: 0, stderr: '' });
    expect(check(record({ verdict: 'fail' }), 99)).toEqual({ status: 0, stderr: '' });
  });

  test.each([
    ['a verdict that does not match the exit code', record({ verdict: 'fail' }), 0, 'verdict "fail" with exit code 0'],
    ['an exit code that is no verdict', record(), 1, 'exit code 1'],
    ['a target without a row', record({ targets: [] }), 0, 'target "hit rate": no row hit-rate'],
    [
      'a target that was not evaluated',
      record({ targets: [{ id: 'reuse', verdict: 'notEvaluated', reason: 'too few' }] }),
      0,
      'target "connection reuse" (reuse): verdict notEvaluated; too few',
    ],
    ['witnesses that disagree', record({ remainder: 2 }), 0, 'witnesses disagree: pooled opened, remainder 2'],
    ['a record without a witness check', record({ checks: false }), 0, 'not one witness check'],
  ])('rejects %s', (_what, input, exit, told) => {
    const { status, stderr } = check(input, exit);
    expect(status).toBe(1);
    expect(stderr).toContain(told);
  });
});
