import type { RunRecord } from '../record/index.js';
import type { Explanation } from './explanation.js';
import { explanationTitle } from './explanation-lines.js';
import { explanationsOf } from './explanations.js';
import { plural } from './format.js';

/** GitHub shows ten of a kind for each step and drops the rest without a word. */
const MOST = 8;

/**
 * What kept a run from a PASS as workflow commands of GitHub Actions, a line each, worst first: errors, and warnings for
 * what could not be decided. At most eight; the last of them then counts those that are left out. Empty for a PASS.
 */
export function renderAnnotations(run: RunRecord): string {
  const all = explanationsOf(run);
  const shown = all.length > MOST ? all.slice(0, MOST - 1) : all;
  const rest = all.slice(shown.length);
  return [...shown.map(annotation), ...(rest.length > 0 ? [others(rest)] : [])].join('');
}

function annotation(explanation: Explanation): string {
  const { facts, command, commandFor } = explanation;
  const lines = [...facts.map(({ label, text }) => `${label}: ${text}`), `${commandFor}: ${command}`];
  return workflowCommand(levelOf(explanation), explanationTitle(explanation), lines.join('\n'));
}

function others(rest: readonly Explanation[]): string {
  const counts = [...new Set(rest.map(({ verdict }) => verdict))].map(
    (verdict) => `${rest.filter((one) => one.verdict === verdict).length} ${verdict}`,
  );
  const [worst = 'notice'] = rest.map(levelOf);
  return workflowCommand(worst, plural(rest.length, 'more row'), `${counts.join(', ')}: see the summary`);
}

function levelOf({ verdict }: Explanation): 'error' | 'warning' {
  return verdict === 'inconclusive' ? 'warning' : 'error';
}

function workflowCommand(level: string, title: string, message: string): string {
  return `::${level} title=${escapedProperty(title)}::${escapedData(message)}\n`;
}

// As the runner reads them back; a property ends at a comma, and the list of them at a colon.
function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
