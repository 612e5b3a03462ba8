/** Comma-separated values: text to a table. */
import { dsvFormat } from 'd3-dsv';
import { checkOneOf, checkOptions, fail } from '../model/check.ts';
import { buildTable, TABLE_OPTIONS, type Table, type TableOptions } from './table.ts';

const separators = [',', ';', '\t'] as const;

export type Separator = (typeof separators)[number];

export interface CSVOptions extends TableOptions {
  /** What stands between two fields. Without it: the most frequent of comma, semicolon and tab in the first line. */
  separator?: Separator;
  /** Names of the columns, for a text that has no header and whose first line is a row. */
  names?: readonly string[];
}

interface Line {
  /** Number of the line, from 1, on which the row begins. */
  line: number;
  fields: string[];
}

/**
 * Reads comma-separated values (RFC 4180): a header, then a row a line. Fields may be quoted, and then hold
 * separators, line breaks and doubled quotes. Blank lines are skipped where there is more than one column.
 * @throws when a row has too few or too many fields, a quote is not closed, or two columns share a name,
 * naming the line
 */
export function tableFromCSV(text: string, options: CSVOptions = {}): Table {
  checkOptions('tableFromCSV', options, [...TABLE_OPTIONS, 'separator', 'names']);
  if (typeof text !== 'string') fail('text', text, 'comma-separated values as a string');
  const body = text.replace(/^\uFEFF/, '');
  const separator = checkOneOf('separator', options.separator ?? guessSeparator(body), separators);
  const lines = readLines(body, separator);
  const names = options.names ?? lines.shift()?.fields;
  if (!names) fail('text', text, 'at least a header');
  checkNames(names);
  const rows = names.length > 1 ? lines.filter(({ fields }) => fields.join() !== '') : lines;
  const odd = rows.find(({ fields }) => fields.length !== names.length);
  if (odd) fail(`text, line ${odd.line}`, odd.fields, `${names.length} fields: ${names.join(', ')}`);
  return buildTable(
    names,
    rows.map(({ fields }) => fields),
    (row) => `text, line ${rows[row].line}`,
    options,
  );
}

function guessSeparator(text: string): Separator {
  const [firstLine] = /^(?:[^"\r\n]+|"[^"]*")*/.exec(text) ?? [''];
  const unquoted = firstLine.replace(/"[^"]*"/g, '');
  const count = (separator: Separator) => unquoted.split(separator).length;
  return separators.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function readLines(text: string, separator: Separator): Line[] {
  checkQuotes(text, separator);
  let line = 1;
  return dsvFormat(separator)
    .parseRows(text)
    .map((fields) => {
      const start = line;
      line += 1 + fields.reduce((sum, field) => sum + countLineBreaks(field), 0);
      return { line: start, fields };
    });
}

/** The parser takes any text for something: this finds the quotes that it would read past. */
function checkQuotes(text: string, separator: Separator): void {
  const quoted = `"[^"]*(?:""[^"]*)*"`;
  const plain = `[^"${separator}\r\n][^${separator}\r\n]*`;
  const field = new RegExp(`(?:${quoted}|${plain})?(?:${separator}|\r\n?|\n|$)`, 'y');
  for (let at = 0; at < text.length; at = field.lastIndex) {
    if (field.test(text)) continue;
    const line = 1 + countLineBreaks(text.slice(0, at));
    const accepted = 'a field in quotes to end with a quote, and a separator or a new line after it';
    fail(`text, line ${line}`, text.slice(at, at + 40), accepted);
  }
}

const countLineBreaks = (text: string) => text.match(/\r\n?|\n/g)?.length ?? 0;

function checkNames(names: readonly string[]): void {
  if (!Array.isArray(names) || names.length === 0)
    fail('names', names, 'an array of the names of the columns');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail('columns', twice, 'a name that no other column has');
}
