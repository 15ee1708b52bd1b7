/**
 * An expectation that is looked at some hundred thousand times a test: vitest's own matchers would take most of its
 * time, and so would messages that nobody reads. @throws {Error} when the condition does not hold
 */
export function hold(condition: boolean, message: string | (() => string)): void {
  if (!condition) throw new Error(`does not hold: ${typeof message === 'string' ? message : message()}`);
}
