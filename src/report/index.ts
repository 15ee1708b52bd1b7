export { renderComparison } from './comparison.js';
export { renderMarkdown } from './markdown.js';
export { renderVerdictTable, type TableOptions } from './verdict-table.js';
