import Table from 'cli-table3';
import type { CaseSummary } from '../self-test/index.js';

const PLAIN = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
);

/** The self-test's findings for a terminal: a row a case, and what they say of the gate. */
export function renderSelfTest(cases: readonly CaseSummary[]): string {
  const rows = cases.map(({ title, expected, runs, right, undecided, wrong, share }) => [
    title,
    expected,
    `${right} of ${runs}`,
    share && runs > 1 ? `${percentage(share[0])}–${percentage(share[1])}` : '',
    [undecided > 0 ? `${undecided} undecided` : '', wrong > 0 ? `${wrong} WRONG` : ''].filter(Boolean).join(', '),
  ]);
  const table = new Table({
    head: ['planted', 'must end with', 'did', '95 %', ''],
    style: { head: [], border: [] },
    chars: PLAIN,
  });
  table.push(...rows);
  return `${table.toString()}\n\n${conclusion(cases)}\n`;
}

function conclusion(cases: readonly CaseSummary[]): string {
  const wrong = cases.reduce((sum, one) => sum + one.wrong, 0);
  const disturbed = cases.reduce((sum, one) => sum + one.disturbed, 0);
  const clean = cases.find(({ id }) => id === 'no-change');
  const lines = [
    wrong === 0
      ? 'Every run ended as it had to, or said that it did not know.'
      : `${wrong} runs ended otherwise: the gate is not to be trusted here.`,
  ];
  if (disturbed > 0)
    lines.push(`${disturbed} more were on a disturbed machine and do not count (mp-bench doctor tells why).`);
  if (clean && clean.runs > 0) {
    const upper = 1 - (clean.wrong === 0 ? 0.05 ** (1 / clean.runs) : 0);
    if (clean.wrong === 0)
      lines.push(
        `Without a change ${clean.runs} of ${clean.runs} did not fail: at most ${percentage(upper)} would, at 95 % confidence.`,
      );
  }
  return lines.join('\n');
}

function percentage(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 || share < 0.005 ? 1 : 0)} %`;
}
