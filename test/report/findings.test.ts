import { describe, expect, it } from 'vitest';
import type { Environment, Finding } from '../../src/record/index.js';
import { disturbanceNote, disturbances, renderFindings } from '../../src/report/findings.js';
import { renderMarkdown, renderVerdictTable } from '../../src/report/index.js';
import { passingRun } from './fixture.js';

const finding = (
  id: string,
  severity: Finding['severity'],
  measured: string,
  effect = 'something is slower than it is: latencies',
  remedy = 'stop it',
): Finding => {
  const told = severity === 'ok' ? { effect: '', remedy: '' } : { effect, remedy };
  return { id, severity, value: null, unit: '', measured, ...told };
};

const LONG = `NODE_OPTIONS=--require=/home/somebody/${'a-very-long-folder/'.repeat(8)}hook.cjs`;

const FOUND: readonly Finding[] = [
  finding(
    'cores',
    'note',
    '2 usable of 2',
    'exchange, client and everything else share cores, so each waits for the others',
  ),
  finding('governor', 'note', 'cannot tell: no cpufreq in /sys (usual in virtual machines)'),
  finding(
    'open-files',
    'bad',
    'soft 256, hard 256; rest-polling needs up to 868',
    'sockets above the limit fail',
    'ulimit -Hn',
  ),
  finding('node-flags', 'warn', LONG),
  finding('loopback-addresses', 'ok', '127.0.0.2 can be reached'),
  finding('steal', 'warn', "1.25 % of 2.0 s of the usable cores' time"),
];

const { environment } = passingRun();
const having = (findings: readonly Finding[]): Environment => ({ ...environment, findings });
const plain = { colour: false, columns: 80 };

describe('findings for a terminal', () => {
  it('come gravest first, with what they do and what to do', async () => {
    await expect(renderFindings(having(FOUND), plain)).toMatchFileSnapshot('../golden/doctor.txt');
  });

  it('are told in few words when there is little to tell', async () => {
    const quiet = FOUND.filter(({ severity }) => severity === 'ok' || severity === 'note').slice(1);
    await expect(renderFindings(having(quiet), plain)).toMatchFileSnapshot('../golden/doctor-quiet.txt');
    expect(renderFindings(having(FOUND.filter(({ severity }) => severity === 'ok')), plain)).toContain(
      '1 ok: nothing found that disturbs a measurement.\n',
    );
  });

  it.each([20, 80, 100, 400])('fit %i columns, at least 80 and at most 120', (columns) => {
    const widest = Math.max(
      ...renderFindings(having(FOUND), { colour: false, columns })
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(Math.min(120, Math.max(80, columns)));
  });

  it('keep every character of a path that is longer than a line', () => {
    const text = renderFindings(having(FOUND), plain).replaceAll(/\s/g, '');
    expect(text).toContain(LONG.replaceAll(/\s/g, ''));
  });

  it('are coloured without being moved', () => {
    const coloured = renderFindings(having(FOUND), { colour: true, columns: 80 });
    expect(coloured).toContain('\u001b[31mbad');
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderFindings(having(FOUND), plain));
  });
});

describe('findings in a report', () => {
  it('are those that disturbed, gravest first', () => {
    expect(disturbances(having(FOUND))).toEqual([
      'bad, open-files: soft 256, hard 256; rest-polling needs up to 868. Sockets above the limit fail. → ulimit -Hn',
      expect.stringMatching(/^warn, node-flags: /),
      "warn, steal: 1.25 % of 2.0 s of the usable cores' time. Something is slower than it is: latencies. → stop it",
    ]);
  });

  it('have a section in Markdown and a line in the table, and none when there is nothing to say', () => {
    const disturbed = { ...passingRun(), environment: having(FOUND) };
    const markdown = renderMarkdown(disturbed);
    expect(markdown).toContain('\n## Machine\n\n- bad, open-files: soft 256');
    expect(markdown).not.toContain('127.0.0.2');
    expect(renderVerdictTable(disturbed, plain)).toContain(
      '- machine: open-files (bad), node-flags (warn), steal (warn); report.md says more\n',
    );
    for (const quiet of [passingRun(), { ...passingRun(), environment: having(FOUND.slice(0, 2)) }]) {
      expect(renderMarkdown(quiet)).not.toContain('## Machine');
      expect(disturbanceNote(quiet.environment)).toEqual([]);
    }
  });
});
