export { CASES, outcomeOf, type SelfTestCase } from './cases.js';
export { PLANT_VARIABLE } from './plants.js';
export { type CaseResult, type CaseSummary, holds, isDisturbed, summarize } from './summary.js';
export { countsScenario, timingScenario } from './scenarios.js';
