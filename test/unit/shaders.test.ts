/** Every WGSL file under Dawn's compiler, as it stands, linked, and specialised for every parity case. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listLibrary, listWgsl, shaderRoot } from '../../shaders/build/plugin.ts';
import { reflectFile } from '../../shaders/build/reflect.ts';
import { formatMessage, PipelineManager } from '../../src/gpu/pipelines.ts';
import { type Kernel, possibleForms, resolveConstants } from '../../src/kernels/kernel.ts';
import { registry } from '../../src/kernels/registry.ts';
import type { Shader, SourceRange } from '../../src/kernels/shader.ts';
import { requestNullDevice } from '../support/nullDevice.ts';

const kernelFiles = listWgsl();
const allFiles = [...kernelFiles, ...listLibrary()];
const named = (files: string[]) => files.map((file) => [relative(dirname(shaderRoot), file), file] as const);

let device: GPUDevice;

beforeAll(async () => {
  device = await requestNullDevice();
});

afterAll(() => device.destroy());

/** Everything that the compiler has to say, warnings included. */
async function compilerMessages(code: string, sources: readonly SourceRange[]): Promise<string[]> {
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return messages.map((message) => formatMessage(message, code, sources));
}

describe.each(named(allFiles))('%s', (name, file) => {
  test('compiles as it stands', async () => {
    expect(await compilerMessages(readFileSync(file, 'utf8'), [{ file: name, start: 1 }])).toEqual([]);
  });

  test('compiles linked', async () => {
    const { code, sources } = reflectFile(file, shaderRoot).shader;
    expect(await compilerMessages(code, sources)).toEqual([]);
  });
});

const kernels = registry.flatMap((kernel) => possibleForms(kernel, ['subgroups']));

describe.each(kernels.map((kernel) => [kernel.shader.name, kernel] as const))('%s', (_name, kernel) => {
  test.each(kernel.cases.map((parityCase) => [parityCase.label, parityCase] as const))(
    'becomes a pipeline: %s',
    async (_label, { constants }) => {
      device.pushErrorScope('validation');
      await new PipelineManager(device).get(kernel.shader, resolveConstants(kernel.shader, constants));
      expect(await device.popErrorScope()).toBeNull();
    },
  );
});

describe('a shader that does not compile', () => {
  let root: string;

  beforeAll(() => {
    root = join(mkdtempSync(join(tmpdir(), 'broken-')), 'shaders');
    mkdirSync(join(root, 'lib'), { recursive: true });
  });

  afterAll(() => rmSync(dirname(root), { recursive: true }));

  function linked(name: string, kernel: string, library: string): Shader {
    writeFileSync(join(root, 'lib', `${name}_lib.wgsl`), library);
    const stub = `// @link lib/${name}_lib.wgsl\nfn half(x: f32) -> f32 { return x; }\n`;
    writeFileSync(join(root, `${name}.wgsl`), `// Halves.\n${stub}${kernel}`);
    return reflectFile(join(root, `${name}.wgsl`), root).shader;
  }

  const compile = (shader: Shader) => new PipelineManager(device).get(shader, {});
  const buffer = '@group(0) @binding(0) var<storage, read_write> data: array<f32>;\n';
  const entry = (body: string) => `${buffer}@compute @workgroup_size(1)\nfn main() {\n${body}\n}\n`;
  const half = '// Half of x.\nfn half(x: f32) -> f32 {\n  return 0.5 * x;\n}\n';

  test('is shown with file, line, message and the offending text', async () => {
    const shader = linked('broken', entry('  data[0] = half(1u);'), half);
    await expect(compile(shader)).rejects.toThrow(
      /^shader broken does not compile\nshaders\/broken\.wgsl:7:\d+: error: .*half.*\n {4}data\[0\] = half\(1u\);/s,
    );
  });

  test('is shown with the linked file and its own line where the error is there', async () => {
    const shader = linked('sound', entry('  data[0] = half(1.0);'), half.replace('0.5 * x', '0.5 * y'));
    await expect(compile(shader)).rejects.toThrow(
      /^shader sound does not compile\nshaders\/lib\/sound_lib\.wgsl:3:\d+: error: .*'y'\n {4}return 0\.5 \* y;/s,
    );
  });

  test('compiles once it is mended', async () => {
    const shader = linked('mended', entry('  data[0] = half(1.0);'), half);
    await expect(compile(shader)).resolves.toBeDefined();
  });
});

describe('the registry', () => {
  const modules = import.meta.glob<Record<string, unknown>>('../../src/kernels/*.ts', { eager: true });
  const isKernel = (value: unknown): value is Kernel =>
    typeof value === 'object' && value !== null && 'shader' in value && 'reference' in value;

  test('has one kernel for each file of shaders/', () => {
    const names = registry.map(({ shader }) => shader.name);
    expect(names.toSorted()).toEqual(kernelFiles.map((file) => basename(file, '.wgsl')));
  });

  test('has every kernel that src/kernels/ defines, each in the file of its shader’s name', () => {
    const defined = Object.entries(modules).flatMap(([path, exports]) =>
      Object.values(exports)
        .filter(isKernel)
        .map((kernel) => ({ file: basename(path, '.ts'), kernel })),
    );
    expect(new Set(defined.map(({ kernel }) => kernel))).toEqual(new Set(registry));
    for (const { file, kernel } of defined) expect(kernel.shader.name).toBe(file);
  });
});
