/** Linking and reflecting WGSL at build time, on shaders written for the purpose. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linkShader } from '../../shaders/build/link.ts';
import { reflectFile } from '../../shaders/build/reflect.ts';

let root: string;

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'link-')), 'shaders');
  mkdirSync(join(root, 'lib'), { recursive: true });
});

afterEach(() => rmSync(dirname(root), { recursive: true }));

function write(path: string, ...lines: string[]): string {
  writeFileSync(join(root, path), lines.join('\n'));
  return join(root, path);
}

/** A kernel that needs `double` and `Pair`, and the library that has them. */
function writeExample(): string {
  write('lib/half.wgsl', '// Halves.', 'fn half(x: f32) -> f32 { return 0.5 * x; }');
  write(
    'lib/double.wgsl',
    '// @link lib/half.wgsl',
    'fn half(x: f32) -> f32 { return x; }',
    'struct Pair { a: f32, b: f32 }',
    'fn double(x: f32) -> f32 {',
    '  return 4.0 * half(x);',
    '}',
  );
  return write(
    'twice.wgsl',
    '// Doubles.',
    '// @link lib/double.wgsl',
    'fn double(x: f32) -> f32 {',
    '  if (x > 0.0) { return x; }',
    '  return 2.0 * x;',
    '}',
    '// @link lib/double.wgsl',
    'struct Pair { a: f32 }',
    '// @link lib/half.wgsl',
    'fn half(x: f32) -> f32 { return x; }',
    'fn own() -> f32 { return double(1.0); }',
  );
}

describe('linking', () => {
  test('keeps the line numbers of the shader, and blanks the stand-ins', () => {
    const lines = linkShader(writeExample(), root).code.split('\n');
    expect(lines[0]).toBe('// Doubles.');
    expect(lines.slice(1, 10).join('')).toBe('');
    expect(lines[10]).toBe('fn own() -> f32 { return double(1.0); }');
  });

  test('appends each library file once, however often it is linked', () => {
    const { code, files } = linkShader(writeExample(), root);
    expect(files.map((file) => file.slice(root.length))).toEqual([
      '/twice.wgsl',
      '/lib/double.wgsl',
      '/lib/half.wgsl',
    ]);
    expect(code.match(/fn half\(/g)).toHaveLength(1);
    expect(code.match(/fn double\(/g)).toHaveLength(1);
    expect(code.match(/struct Pair/g)).toHaveLength(1);
  });

  test('knows where each part comes from', () => {
    const { code, sources } = linkShader(writeExample(), root);
    const lines = code.split('\n');
    expect(sources.map(({ file }) => file)).toEqual([
      'shaders/twice.wgsl',
      'shaders/lib/double.wgsl',
      'shaders/lib/half.wgsl',
    ]);
    const [, double, half] = sources.map(({ start }) => start);
    expect(lines[double - 1 + 2]).toBe('struct Pair { a: f32, b: f32 }');
    expect(lines[half - 1]).toBe('// Halves.');
  });

  test('leaves a shader that links nothing as it is', () => {
    const file = write('plain.wgsl', '// @linked to nothing', 'fn f() { }', '');
    expect(linkShader(file, root).code).toBe('// @linked to nothing\nfn f() { }\n');
  });

  test('names a declaration that the library does not have', () => {
    write('lib/other.wgsl', 'fn halfway(x: f32) -> f32 { return x; }');
    const file = write('lost.wgsl', '// @link lib/other.wgsl', 'fn half(x: f32) -> f32 { return x; }');
    expect(() => linkShader(file, root)).toThrow("lost.wgsl: 'half' is not declared in lib/other.wgsl");
  });

  test('says when a stand-in has no end', () => {
    write('lib/half.wgsl', 'fn half(x: f32) -> f32 { return x; }');
    const file = write(
      'open.wgsl',
      '// @link lib/half.wgsl',
      'fn half(x: f32) -> f32 { if (true) { return x; }',
    );
    expect(() => linkShader(file, root)).toThrow(/open\.wgsl: a linked declaration has no closing brace/);
  });
});

describe('a library file that is given something', () => {
  function writeChoice(): string {
    mkdirSync(join(root, 'lib', 'sum'));
    const given = ['// @link kernel', 'fn term(i: u32) -> f32 {', '  return 0.0;', '}'];
    write('lib/sum/plain.wgsl', '// Plain.', ...given, 'const THREADS: u32 = 4u;', 'fn sum() { }');
    write('lib/sum/fast.wgsl', 'enable subgroups;', ...given, 'const THREADS: u32 = 8u;', 'fn sum() { }');
    return write(
      'total.wgsl',
      '// Total.',
      '// @link lib/sum/plain.wgsl',
      'fn sum() { }',
      '// @link lib/sum/plain.wgsl',
      'const THREADS: u32 = 1u;',
      'fn term(i: u32) -> f32 { return 1.0; }',
      '@compute @workgroup_size(THREADS)',
      'fn main() { sum(); }',
    );
  }

  test('takes it from the kernel, and stands as it is without one', () => {
    const file = writeChoice();
    expect(linkShader(file, root).code.match(/fn term/g)).toHaveLength(1);
    expect(linkShader(join(root, 'lib/sum/plain.wgsl'), root).code).toContain('fn term(i: u32) -> f32 {');
  });

  test('says when the kernel does not have it', () => {
    writeChoice();
    const file = write('poor.wgsl', '// @link lib/sum/plain.wgsl', 'fn sum() { }');
    expect(() => linkShader(file, root)).toThrow("plain.wgsl: 'term' is not declared in poor.wgsl");
  });

  test('has the other files of its folder as alternatives, with the features that they enable', () => {
    const { shader, alternatives } = reflectFile(writeChoice(), root);
    expect(shader).toMatchObject({ name: 'total', workgroupSize: [4, 1, 1] });
    expect(shader.code).not.toContain('enable');
    expect(Object.keys(alternatives)).toEqual(['fast']);
    const fast = alternatives.fast.shader;
    expect(fast).toMatchObject({ name: 'total, fast', workgroupSize: [8, 1, 1] });
    expect(fast.code).toMatch(/^enable subgroups;\n/);
    expect(fast.code.match(/enable/g)).toHaveLength(1);
    expect(fast.sources.at(-1)?.file).toBe('shaders/lib/sum/fast.wgsl');
  });
});

describe('reflection', () => {
  const lines = [
    '// Kernel.',
    'const M: u32 = 3u; // @specialise',
    'const SCALE: f32 = -1.5e2; // @specialise',
    'override KIND: u32 = 1;',
    'override RATE: f32 = 1e-8; // small',
    'override DEEP: bool = true;',
    'const FLAT: u32 = 0u;',
    'const ROUND: u32 = 1u;',
    'const OTHER: f32 = 2.5;',
    'struct Now { first: u32, rate: f32, shift: i32 }',
    '@group(0) @binding(2) var<storage, read> x: array<f32, M * 4u>;',
    '@group(0) @binding(0) var<storage, read_write> y: array<vec2f>;',
    '@group(0) @binding(1) var<storage, read> order: array<u32>;',
    '@group(1) @binding(0) var<uniform> now: Now;',
    '@compute @workgroup_size(8, 4)',
    'fn main() { y[0] = vec2f(x[order[0]] * SCALE * now.rate * RATE); }',
  ];

  test('finds bindings, structs, constants, values and the workgroup', () => {
    const { shader } = reflectFile(write('kernel.wgsl', ...lines), root);
    expect(shader.name).toBe('kernel');
    expect(shader.bindings).toEqual({
      y: { group: 0, binding: 0, access: 'read_write', type: 'vec2f' },
      order: { group: 0, binding: 1, access: 'read', type: 'u32' },
      x: { group: 0, binding: 2, access: 'read', type: 'f32' },
      now: { group: 1, binding: 0, access: 'uniform', type: 'Now' },
    });
    expect(shader.structs.Now).toEqual({
      size: 12,
      fields: {
        first: { offset: 0, type: 'u32' },
        rate: { offset: 4, type: 'f32' },
        shift: { offset: 8, type: 'i32' },
      },
    });
    expect(shader.constants).toEqual({
      M: { type: 'u32', default: 3 },
      SCALE: { type: 'f32', default: -150 },
      KIND: { type: 'u32', default: 1 },
      RATE: { type: 'f32', default: 1e-8 },
      DEEP: { type: 'bool', default: 1 },
    });
    expect(shader.values).toEqual({ FLAT: 0, ROUND: 1 });
    expect(shader.workgroupSize).toEqual([8, 4, 1]);
  });

  test('strips comments and indentation, line by line', () => {
    const { code } = reflectFile(write('kernel.wgsl', ...lines), root).shader;
    expect(code).not.toContain('//');
    expect(code.split('\n')[4]).toBe('override RATE: f32 = 1e-8;');
    expect(code.split('\n').length).toBe(lines.length);
  });
});
