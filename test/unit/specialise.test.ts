/** What is left of a shader once its constants are known. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reflectFile } from '../../shaders/build/reflect.ts';
import { type Constants, specialise } from '../../src/gpu/specialise.ts';

let root: string;

beforeAll(() => {
  root = join(mkdtempSync(join(tmpdir(), 'specialise-')), 'shaders');
  mkdirSync(root);
});

afterAll(() => rmSync(dirname(root), { recursive: true }));

/** The lines of a shader with these in its `main`, and functions after it. */
function left(
  constants: Constants,
  main: string[],
  functions: string[] = [],
  declared: string[] = [],
): string[] {
  const file = join(root, 'example.wgsl');
  const lines = [
    ...['override KIND: u32 = 0;', 'override DEEP: bool = true;', 'const COUNT: u32 = 1u; // @specialise'],
    ...['const FLAT: u32 = 0u;', 'const ROUND: u32 = 1u;', ...declared],
    ...['@compute @workgroup_size(1)', 'fn main() {', ...main, '}', ...functions],
  ];
  writeFileSync(file, lines.join('\n'));
  const { shader } = reflectFile(file, root);
  const code = specialise(shader, { KIND: 0, DEEP: true, COUNT: 1, ...constants });
  expect(code.split('\n').length).toBe(lines.length);
  return code.split('\n').filter((line) => line.trim() !== '');
}

const body = (lines: string[]) => lines.slice(lines.indexOf('fn main() {') + 1).join('\n');

describe('specialising', () => {
  test('puts constants in their places', () => {
    const lines = left({ KIND: 1, DEEP: false, COUNT: 7 }, ['let x = 1.0;']);
    expect(lines.slice(0, 3)).toEqual([
      'const KIND: u32 = u32(1);',
      'const DEEP: bool = bool(0);',
      'const COUNT: u32 = u32(7);',
    ]);
  });

  test('keeps the branch that is taken', () => {
    const choice = ['if (DEEP && COUNT > 2u) {', 'a();', '} else { b(); }', 'if (x > 1.0 && !DEEP) { c(); }'];
    expect(body(left({ COUNT: 3 }, choice))).toBe('{\na();\n}\n{}\n}');
    expect(body(left({ COUNT: 2 }, choice))).toBe('{ b(); }\n{}\n}');
    expect(body(left({ COUNT: 2, DEEP: false }, choice))).toBe('{ b(); }\nif (x > 1.0 && !DEEP) { c(); }\n}');
  });

  test('keeps the case that is taken, and the default where none is', () => {
    const cases = [
      'switch KIND {',
      'case FLAT: { a(); }',
      'case ROUND, 5: { b(); }',
      'default: { c(); }',
      '}',
    ];
    expect(body(left({ KIND: 0 }, cases))).toBe('{ a(); }\n}');
    expect(body(left({ KIND: 1 }, cases))).toBe('{ b(); }\n}');
    expect(body(left({ KIND: 2 }, cases))).toBe('{ c(); }\n}');
  });

  test('leaves nothing behind a return', () => {
    const early = ['for (var i = 0u; i < 2u; i++) {', 'if (DEEP) { a(); return; }', 'b();', '}', 'c();'];
    expect(body(left({}, early))).toBe('for (var i = 0u; i < 2u; i++) {\n{ a(); return; }\n}\nc();\n}');
  });

  test('writes out loops that are marked for it', () => {
    const loop = ['for (var i = 0u; i < COUNT; i++) { // @unroll', 'a(i, 2u * i);', '}', 'b();'];
    expect(body(left({ COUNT: 2 }, loop))).toBe('{\na(0u, 2u * 0u);\n} { a(1u, 2u * 1u); }\nb();\n}');
  });

  test('writes out as many turns as a number says, and leaves a loop whose turns it does not know', () => {
    const loopTo = (limit: string) => [`for (var i = 0u; i < ${limit}; i++) { // @unroll`, 'a(i);', '}'];
    expect(body(left({}, loopTo('2u')))).toBe('{\na(0u);\n} { a(1u); }\n}');
    expect(body(left({}, loopTo('rows')))).toBe(`${loopTo('rows').join('\n')}\n}`);
  });

  test('writes a function for the constants that it is called with, and drops those that are not called', () => {
    const lines = left(
      { KIND: 1 },
      ['let a = double(KIND, 2.0) + double(FLAT, double(KIND, 3.0));'],
      [
        'fn double(kind: u32, x: f32) -> f32 {',
        'if (kind == ROUND) { return x * 2.0; }',
        'return x;',
        '}',
        'fn unused() {}',
      ],
    );
    expect(body(lines)).toBe(
      'let a = double(2.0) + double_1(double(3.0));\n}\n' +
        'fn double(x: f32) -> f32 {\n{ return x * 2.0; }\n} fn double_1(x: f32) -> f32 { {} return x; }',
    );
  });

  test('knows the fields of a list’s elements', () => {
    const list = ['struct Part { size: u32, rate: f32 }'];
    const marked = 'const PARTS: array<Part, 1> = array<Part, 1>(Part()); // @specialise';
    const parts = [
      { size: 3, rate: 0.5 },
      { size: 0, rate: 2 },
    ];
    const lines = left(
      { PARTS: parts, COUNT: 2 },
      ['for (var i = 0u; i < COUNT; i++) { // @unroll', 'use(PARTS[COUNT - 1u - i]);', '}'],
      ['fn use(part: Part) {', 'if (part.size > 0u) { a(part.rate); }', '}'],
      [...list, marked],
    );
    expect(lines).toContain(
      'const PARTS: array<Part, 2> = array<Part, 2>(Part(u32(3),f32(0.5)),Part(u32(0),f32(2)));',
    );
    expect(body(lines)).toBe(
      '{\nuse();\n} { use_1(); }\n}\nfn use() {\n{}\n} fn use_1() { { a(PARTS[0u].rate); } }',
    );
  });
});
