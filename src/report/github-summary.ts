import type { RunRecord } from '../record/index.js';
import { explanationMarkdown } from './explanation-markdown.js';
import { explanationTitle } from './explanation-lines.js';
import { explanationsOf } from './explanations.js';
import { closingBlocks, metricBlocks, openingBlocks, verdictBlocks } from './markdown.js';

/** What GitHub takes as the summary of one step; it shows nothing at all of a longer one. */
export const SUMMARY_LIMIT_BYTES = 2 ** 20;

/** Bytes kept free for the note on what was cut. */
const NOTE_BYTES = 2048;
const NAMED = 8;

export interface SummaryOptions {
  /** Bytes that it may have: what the step's summary has left. */
  readonly limitBytes: number;
  /** Where the whole report is. */
  readonly report: string;
}

/**
 * A run as the summary of a step of GitHub Actions, in Markdown: the verdict, what to look at, the rows of each
 * scenario, and its metrics folded away. Parts that no longer fit are left out whole, and named at the end; empty when
 * not even the verdict fits.
 */
export function renderSummary(run: RunRecord, { limitBytes, report }: SummaryOptions): string {
  let left = limitBytes - NOTE_BYTES;
  const kept: string[] = [];
  const cut: string[] = [];
  for (const { name, text } of partsOf(run)) {
    const bytes = Buffer.byteLength(text);
    if (bytes > left) cut.push(name);
    else {
      kept.push(text);
      left -= bytes;
    }
  }
  if (kept.length === 0) return '';
  return `${kept.join('')}${noteOn(cut, report)}`;
}

interface Part {
  readonly name: string;
  readonly text: string;
}

// In the order in which they are worth their room.
function partsOf(run: RunRecord): Part[] {
  const part = (name: string, blocks: readonly string[]): Part => ({ name, text: `${blocks.join('\n\n')}\n\n` });
  const explanations = explanationsOf(run);
  return [
    part('the verdict', [...openingBlocks(run), ...(explanations.length > 0 ? ['## What to look at'] : [])]),
    ...explanations.map((one) => part(explanationTitle(one), [explanationMarkdown(one)])),
    ...run.scenarios.map((scenario) => part(`rows of ${scenario.name}`, verdictBlocks(scenario))),
    part('witnesses and warnings', closingBlocks(run)),
    ...run.scenarios.map((scenario) =>
      part(`metrics of ${scenario.name}`, folded(scenario.name, metricBlocks(scenario))),
    ),
  ].filter(({ text }) => text.trim() !== '');
}

function folded(name: string, blocks: readonly string[]): string[] {
  if (blocks.length === 0) return [];
  return [`<details><summary>Metrics of ${escaped(name)}</summary>`, ...blocks, '</details>'];
}

function noteOn(cut: readonly string[], report: string): string {
  if (cut.length === 0) return '';
  const named = cut.slice(0, NAMED).map((name) => name.slice(0, 80));
  const rest = cut.length - named.length;
  const names = `${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
  return `> Cut to fit what GitHub takes for a step: ${names}. The whole report is ${report}.\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
