import type { Explanation } from './explanation.js';
import { explanationTitle } from './explanation-lines.js';

/** An explanation as a block of Markdown: its title, its facts, and the command in a fence of its own. */
export function explanationMarkdown(explanation: Explanation): string {
  const { verdict, facts, command, commandFor } = explanation;
  const items = [...facts.map(({ label, text }) => `- ${label}: ${text}`), `- ${commandFor}:`];
  return [`### ${verdict}: ${explanationTitle(explanation)}`, items.join('\n'), `\`\`\`sh\n${command}\n\`\`\``].join(
    '\n\n',
  );
}
