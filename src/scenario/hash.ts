import { createHash } from 'node:crypto';
import type { Scenario } from './schema.js';

/** Twelve hex digits that change when what is measured changes; names and titles are words only. */
export function scenarioHash(scenario: Scenario): string {
  const { name: _name, question: _question, onlyByName: _onlyByName, targets, ...rest } = scenario;
  const measured = { ...rest, targets: targets.map(({ title: _title, ...target }) => target) };
  return createHash('sha256').update(canonicalJson(measured)).digest('hex').slice(0, 12);
}

/** JSON whose text does not depend on the order in which fields were written. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`;
}
