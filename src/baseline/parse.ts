import { LineCounter, parseDocument } from 'yaml';
import { MpBenchError, type Problem, type SourceLocation } from '../base/index.js';
import { type Baseline, BASELINE_VERSION, baselineSchema } from './format.js';
import { jsonErrorPosition } from './json-position.js';

/**
 * Reads the text of a baseline file.
 * @throws {MpBenchError} E_BASELINE naming the file, line and column, and what was expected there
 */
export function parseBaseline(text: string, file: string): Baseline {
  const value = jsonOf(text, file);
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (typeof version === 'number' && version > BASELINE_VERSION) {
    throw unusable(file, [
      {
        message: `schemaVersion is ${version}, expected ${BASELINE_VERSION}`,
        location: locate(text, file, ['schemaVersion']),
        hint: 'it was written by a newer mp-bench',
      },
    ]);
  }
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unusable(
    file,
    parsed.error.issues.map((issue): Problem => {
      const path = issue.path.filter((part) => typeof part !== 'symbol');
      return { message: `${path.join('.') || 'the file'}: ${issue.message}`, location: locate(text, file, path) };
    }),
  );
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = jsonErrorPosition(text);
    const problem = {
      message: 'is not JSON',
      location: { file, ...position },
      hint: 'expected a baseline file of mp-bench',
    };
    throw unusable(file, [problem], error);
  }
}

// JSON is YAML, whose parser keeps the offset of each node; a missing field is shown at its parent.
function locate(text: string, file: string, path: readonly (string | number)[]): SourceLocation {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) continue;
    const { line, col } = lines.linePos(Number(node.range[0]));
    return { file, line, column: col };
  }
  return { file };
}

/** One error for a file that cannot serve as a baseline, its first problem in the message. */
export function unusable(file: string, problems: readonly Problem[], cause?: unknown): MpBenchError {
  const [first] = problems;
  const { line, column } = first?.location ?? {};
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const hint = first?.hint === undefined ? '' : ` (${first.hint})`;
  return new MpBenchError('E_BASELINE', `${place}: ${first?.message ?? 'cannot be used'}${hint}`, problems, { cause });
}
