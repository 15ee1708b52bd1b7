const HEADER = ['ratio', 'value', '95 % interval', 'bound', 'outcome'];

/** The rows of a comparison as a plain text table, with a count of what was missed as its last line. */
export function renderTable(rows) {
  const cells = rows.map((row) => [
    row.id,
    row.value.toFixed(2),
    `${row.interval[0].toFixed(2)} … ${row.interval[1].toFixed(2)}`,
    `${row.bound.op} ${row.bound.value}`,
    row.holds ? 'holds' : 'MISSED',
  ]);
  const widths = HEADER.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column].length)));
  const line = (texts) =>
    texts
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  const missed = rows.filter((row) => !row.holds).length;
  return [line(HEADER), ...cells.map(line), '', `${rows.length} ratios, ${missed} missed`, ''].join('\n');
}
