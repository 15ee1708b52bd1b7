export { renderComparison } from './comparison.js';
export { renderMarkdown } from './markdown.js';
export { renderVerdictTable, type TableOptions } from './verdict-table.js';
export { renderAnnotations } from './github-annotations.js';
export { renderSummary, SUMMARY_LIMIT_BYTES } from './github-summary.js';
export { type JUnitOptions, renderJUnit } from './junit.js';
