export { examine, type ExamineOptions, examineQuickly } from './examine.js';
export { type Finding, type Severity, worstOf } from './finding.js';
export { type Machine, thisMachine } from './machine.js';
export type { Need, Needs } from './needs.js';
export { watch } from './watch.js';
