import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Separator, tableFromCSV } from '../../src/index.ts';

/** The cells, row after row. */
function rows(text: string, options = {}) {
  const { count, columns } = tableFromCSV(text, options);
  return Array.from({ length: count }, (_, row) => columns.map(({ cells }) => cells[row]));
}

const kinds = (text: string, options = {}) =>
  Object.fromEntries(tableFromCSV(text, options).columns.map(({ name, kind }) => [name, kind]));

test.each<[string, string, string[][]]>([
  ['plain fields', 'a,b\nx,y\n', [['x', 'y']]],
  ['no newline at the end', 'a,b\nx,y', [['x', 'y']]],
  ['Windows line ends', 'a,b\r\nx,y\r\nz,w\r\n', [['x', 'y'], ['z', 'w']]], // biome-ignore format: a row a row
  ['quoted separators', 'a,b\n"x,1",y', [['x,1', 'y']]],
  ['doubled quotes', 'a,b\n"say ""hi""",""""', [['say "hi"', '"']]],
  ['newlines in quotes', 'a,b\n"x\ny","z\r\nw"', [['x\ny', 'z\r\nw']]],
  ['quotes within a field', 'a,b\n5" disk,6\'', [['5" disk', "6'"]]],
  ['a quoted header', '"a","b, or c"\nx,y', [['x', 'y']]],
  ['a byte order mark', '\uFEFFa,b\nx,y', [['x', 'y']]],
  ['semicolons', 'a;b\nx,1;y', [['x,1', 'y']]],
  ['tabs', 'a\tb\nx, 1\ty', [['x, 1', 'y']]],
  ['blank lines', 'a,b\n\nx,y\n\n\n', [['x', 'y']]],
  ['spaces, as they are', 'a,b\n x ,y', [[' x ', 'y']]],
  ['a header alone', 'a,b\n', []],
])('reads %s', (_, text, expected) => {
  expect(rows(text)).toEqual(expected);
});

test('a byte order mark is no part of the first name, and a separator in quotes is no separator', () => {
  expect(tableFromCSV('\uFEFF"x;y;z",b\n1,2').columns.map(({ name }) => name)).toEqual(['x;y;z', 'b']);
});

test('a text without a header takes the names it is given', () => {
  const { count, columns } = tableFromCSV('1,u\n2,v', { names: ['n', 'c'] });
  expect(count).toBe(2);
  expect(columns).toEqual([
    { name: 'n', kind: 'numeric', cells: ['1', '2'] },
    { name: 'c', kind: 'category', cells: ['u', 'v'] },
  ]);
});

test('empty, NA, NaN, null and ? are missing, and do not make a column of numbers one of categories', () => {
  expect(rows('a,b\n,NA\nNaN,null\n?, \n1,x')).toEqual([
    [null, null],
    [null, null],
    [null, null],
    ['1', 'x'],
  ]);
  expect(kinds('a,b\n,NA\n?,x\n1,y')).toEqual({ a: 'numeric', b: 'category' });
  expect(rows('a,b\n-99,NA', { missing: ['-99'] })).toEqual([[null, 'NA']]);
});

test('the kind follows from every row, however late the one text comes', () => {
  const numbers = ['1', '-2.5', '+.5', '1e3', ' 7 ', '2.'];
  expect(kinds(`a\n${numbers.join('\n')}`)).toEqual({ a: 'numeric' });
  for (const text of ['x', '0x10', '1,5', 'Infinity', '1e999', '1 2', '12a']) {
    expect(kinds(`a\n${numbers.join('\n')}\n"${text}"`, { separator: ',' }), text).toEqual({ a: 'category' });
  }
});

test('a kind can be given', () => {
  expect(kinds('zip,n\n1010,1', { kinds: { zip: 'category' } })).toEqual({ zip: 'category', n: 'numeric' });
  expect(() => tableFromCSV('a,n\n"x\ny",1\nz,many', { kinds: { n: 'numeric' } })).toThrow(
    "text, line 4, column 'n': got 'many', expected a number, or a missing value",
  );
});

test.each<[string, string, object, string]>([
  ['too few fields', 'a,b\nx,y\nz', {}, 'text, line 3: got ["z"], expected 2 fields: a, b'],
  ['too many, after lines in quotes', 'a,b\n"x\n1\r\n2",y\n\np,q,r', {}, 'text, line 6: got ["p","q","r"]'],
  [
    'an open quote',
    'a,b\nx,y\nz,"w\n1,2\n',
    {},
    "text, line 3: got '\"w\n1,2\n', expected a field in quotes to",
  ],
  [
    'text after a quote',
    'a,b\n"x"y,z',
    {},
    'text, line 2: got \'"x"y,z\', expected a field in quotes to end',
  ],
  ['two columns of one name', 'a,b,a\n', {}, "columns: got 'a', expected a name that no other column has"],
  ['nothing', '', {}, "text: got '', expected at least a header"],
  ['a separator of another kind', 'a', { separator: '|' }, "separator: got '|', expected one of ,, ;,"],
  [
    'an unknown option',
    'a',
    { header: true },
    "tableFromCSV option: got 'header', expected one of kinds, missing",
  ],
  [
    'the kind of no column',
    'a\n1',
    { kinds: { b: 'numeric' } },
    "kinds: got 'b', expected one of the columns a",
  ],
  [
    'an unknown kind',
    'a\n1',
    { kinds: { a: 'text' } },
    "kinds['a']: got 'text', expected one of numeric, category",
  ],
])('%s is refused', (_, text, options, message) => {
  expect(() => tableFromCSV(text, options)).toThrow(message);
});

test('any table of texts survives being written and read', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'a'), fc.string()),
  });
  const written = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.record({
      names: fc.uniqueArray(text, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(text, { minLength: width, maxLength: width }), { maxLength: 6 }),
      separator: fc.constantFrom<Separator>(',', ';', '\t'),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(written, ({ names, rows: cells, separator, lineEnd, last }) => {
      const quote = (field: string) => (/^\w+$/.test(field) ? field : `"${field.replaceAll('"', '""')}"`);
      const lines = [names, ...cells].map((fields) => fields.map(quote).join(separator));
      const csv = lines.join(lineEnd) + (last ? lineEnd : '');
      expect(rows(csv, { separator, missing: [] })).toEqual(cells);
      expect(tableFromCSV(csv, { separator }).columns.map(({ name }) => name)).toEqual(names);
    }),
  );
});
