/**
 * Writes the AssemblyScript that WebAssembly and host agree by: the layout of an operation's record, one class a
 * shader, read off the shader itself, and the dispatch over the kernels that `assembly/` has.
 *
 * A record is a row of 4-byte words: the operation's code, where the next record is (0: nowhere), whether the threads
 * wait for each other before it, then the places of the tensors in the order of the shader's bindings and the values
 * of its constants in the shader's order.
 */
import { basename, join } from 'node:path';
import { listWgsl, shaderRoot } from '../../../../shaders/build/plugin.ts';
import { type ReflectedFile, reflectFile } from '../../../../shaders/build/reflect.ts';
import type { Shader, ShaderConstant } from '../../../kernels/shader.ts';

/** A kernel is `export function NAME(op: Record, step: Step)`, by the name of the shader that it is the like of. */
const KERNEL = /^export function (\w+)\(op: (\w+), step: Step\): void/gm;

export interface Kernel {
  readonly name: string;
  /** The class of its record. */
  readonly record: string;
  /** The file that has it, without its ending. */
  readonly module: string;
}

/** The kernels in these files: an operation's code is its kernel's place in this list. */
export function findKernels(sources: ReadonlyMap<string, string>): Kernel[] {
  return [...sources].flatMap(([file, text]) =>
    [...text.matchAll(KERNEL)].map(([, name, record]) => ({ name, record, module: basename(file, '.ts') })),
  );
}

export function writeDispatch(kernels: readonly Kernel[]): string {
  const imports = kernels.map(({ name, module }) => `import { ${name} } from './${module}';`);
  const cases = kernels.map(
    ({ name, record }, i) => `    case ${i}: ${name}(changetype<${record}>(op), step); break;`,
  );
  const records = [...new Set(kernels.map(({ record }) => record))].join(', ');
  return `${imports.join('\n')}
import { Operation, Step, ${records} } from './layout';

@inline export function dispatch(op: usize, step: Step): void {
  switch (changetype<Operation>(op).code) {
${cases.join('\n')}
    default: unreachable();
  }
}
`;
}

const HEADER = ['code: u32', 'next: usize', 'barrier: u32'];

export function writeLayout(): string {
  const reflect = (file: string) => reflectFile(file, shaderRoot);
  const libraries = new Map(
    listWgsl(join(shaderRoot, 'lib')).map((file) => [file, reflect(file).shader] as const),
  );
  // A record has no place for a list: kernels that take one are the GPU's alone.
  const takesList = ({ shader }: ReflectedFile) =>
    Object.values(shader.constants).some(({ isList }) => isList);
  const kernels = listWgsl()
    .map(reflect)
    .filter((file) => !takesList(file));
  const values = new Map<string, number>();
  for (const { shader } of kernels) {
    for (const [name, value] of Object.entries(shader.values)) {
      if (name in shader.constants) continue;
      if ((values.get(name) ?? value) !== value)
        throw new Error(`${name} has several values among the shaders`);
      values.set(name, value);
    }
  }
  const step = Object.entries(
    [...libraries.values()].find(({ name }) => name === 'step')?.structs.Step.fields ?? {},
  );
  return [
    ...[...values].map(([name, value]) => `export const ${name}: u32 = ${value};`),
    record('Operation', HEADER),
    record(
      'Step',
      step.map(([name, { type }]) => `${name}: ${type}`),
    ),
    ...[...libraries.values()]
      .filter(({ constants }) => Object.keys(constants).length > 0)
      .map(({ name, constants }) => record(pascal(name), fieldsOf(constants))),
    ...kernels.map(({ shader, parts }) =>
      kernelRecord(
        shader,
        parts.flatMap(({ file }) => libraries.get(file) ?? []),
      ),
    ),
  ].join('\n');
}

/** A shader's record. The constants that come from a library can be had together, as that library's own record. */
function kernelRecord(shader: Shader, libraries: readonly Shader[]): string {
  const tensors = Object.entries(shader.bindings).filter(([, { access }]) => access !== 'uniform');
  const names = Object.keys(shader.constants);
  const parts = libraries.flatMap(({ name, constants }) => {
    const own = Object.keys(constants);
    if (own.length === 0) return [];
    const start = names.indexOf(own[0]);
    if (names.slice(start, start + own.length).join() !== own.join()) {
      throw new Error(`${shader.name}: the constants of lib/${name}.wgsl are not in a row`);
    }
    const at = 4 * (HEADER.length + tensors.length + start);
    const type = pascal(name);
    return [
      `@inline get ${name}(): ${type} { return changetype<${type}>(changetype<usize>(this) + ${at}); }`,
    ];
  });
  const fields = [...HEADER, ...tensors.map(([name]) => `${name}: usize`), ...fieldsOf(shader.constants)];
  return record(pascal(shader.name), fields, parts);
}

const fieldsOf = (constants: Readonly<Record<string, ShaderConstant>>) =>
  Object.entries(constants).map(([name, { type }]) => `${name}: ${type === 'bool' ? 'u32' : type}`);

function record(name: string, fields: readonly string[], parts: readonly string[] = []): string {
  const lines = [...fields.map((field) => `${field};`), ...parts];
  return `@unmanaged export class ${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}`;
}

const pascal = (name: string) => name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
