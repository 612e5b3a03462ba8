/** Reads a linked shader with wgsl_reflect, at build time, into the module that the runtime uses. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
// The package's main entry does not load as an ES module in Node; this file is the same library.
import { type TypeInfo, type VariableInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Binding, Scalar, Shader, ShaderConstant, StructLayout } from '../../src/kernels/shader.ts';
import { type LinkedShader, linkShader, readPart } from './link.ts';

/** `const NAME: type = default; // @specialise`: replaced where WGSL wants a const rather than an override. */
const MARKED_CONST = /^const (\w+): (\w+) = ([-\w.]+); \/\/ @specialise/gm;
/** The same of a list: `const NAME: array<Struct, 1> = array<Struct, 1>(Struct()); // @specialise`. */
const MARKED_LIST = /^const (\w+): array<(\w+), 1> = .*; \/\/ @specialise/gm;
/** `const NAME: u32 = value;`: the values that a constant of a shader may take, for the host to use by name. */
const NAMED_VALUE = /^const ([A-Z][A-Z0-9_]*): u32 = (\d+)u?;(?! \/\/ @specialise)/gm;
const OVERRIDE = /^override (\w+): (\w+) = ([-\w.]+);/gm;

export interface ReflectedFile {
  readonly shader: Shader;
  readonly enables: string;
  /** Every file that was read, and the part of the shader's code that came from it. */
  readonly parts: { readonly file: string; readonly code: string }[];
  /** The same linked with each of the alternatives to a library file, by the alternative's name. */
  readonly alternatives: Readonly<Record<string, ReflectedFile>>;
}

/** A library file in a folder of its own, with others that do the same in another way. */
const CHOICE = /^lib[/\\]\w+[/\\]/;

export function reflectFile(file: string, root: string): ReflectedFile {
  const name = basename(file, '.wgsl');
  const linked = linkShader(file, root);
  const alternatives: Record<string, ReflectedFile> = {};
  for (const chosen of linked.files.slice(1).map((target) => relative(root, target))) {
    if (!CHOICE.test(chosen)) continue;
    for (const other of readdirSync(join(root, dirname(chosen))).sort()) {
      if (other === basename(chosen)) continue;
      const key = basename(other, '.wgsl');
      const instead = { [chosen]: join(dirname(chosen), other) };
      alternatives[key] = reflectLinked(`${name}, ${key}`, linkShader(file, root, instead));
    }
  }
  return { ...reflectLinked(name, linked), alternatives };
}

export const reflectPart = (file: string) => stripComments(readPart(file));

function reflectLinked(name: string, linked: LinkedShader): ReflectedFile {
  const parts = linked.files.map((from, i) => ({ file: from, code: stripComments(linked.parts[i]) }));
  return { shader: reflectShader(name, linked), enables: linked.enables, parts, alternatives: {} };
}

function reflectShader(name: string, linked: LinkedShader): Shader {
  const reflection = new WgslReflect(linked.code);
  const bindings: Record<string, Binding> = {};
  for (const variable of reflection.getBindGroups().flat()) {
    if (variable) bindings[variable.name] = reflectBinding(variable);
  }
  const structs: Record<string, StructLayout> = {};
  for (const struct of reflection.structs) {
    const fields = struct.members.map((m) => [m.name, { offset: m.offset, type: m.type.name as Scalar }]);
    structs[struct.name] = { size: struct.size, fields: Object.fromEntries(fields) };
  }
  const [entry] = reflection.entry.compute;
  const values = [...linked.code.matchAll(NAMED_VALUE)].map(([, key, n]) => [key, Number(n)] as const);
  const named: Record<string, number> = Object.fromEntries(values);
  const constants = reflectConstants(linked.code);
  const defaults = Object.entries(constants).map(([key, { default: value }]) => [key, value] as const);
  return {
    name,
    code: stripComments(linked.code),
    sources: linked.sources,
    bindings,
    structs,
    constants,
    values: named,
    workgroupSize: entry
      ? workgroupSize(entry.attributes, { ...named, ...Object.fromEntries(defaults) })
      : [0, 0, 0],
  };
}

function reflectBinding({ group, binding, access, type }: VariableInfo): Binding {
  if (type.isStruct) return { group, binding, access: 'uniform', type: type.name };
  const element = (type as TypeInfo & { format: TypeInfo }).format;
  return {
    group,
    binding,
    access: access as 'read' | 'read_write',
    type: element.getTypeName().replace(/^atomic<(\w+)>$/, '$1'),
  };
}

function reflectConstants(code: string): Record<string, ShaderConstant> {
  const constants: Record<string, ShaderConstant> = {};
  const scalars = [...code.matchAll(MARKED_CONST), ...code.matchAll(OVERRIDE)];
  for (const [, name, type, value] of scalars) {
    constants[name] = { type, default: parseLiteral(value) };
  }
  for (const [, name, type] of code.matchAll(MARKED_LIST)) {
    constants[name] = { type, default: 0, isList: true };
  }
  return constants;
}

function parseLiteral(text: string): number {
  if (text === 'true' || text === 'false') return Number(text === 'true');
  return Number.parseFloat(text);
}

function workgroupSize(
  attributes: { name: string; value: string | string[] | null }[] | null,
  named: Readonly<Record<string, number>>,
): [number, number, number] {
  const value = attributes?.find((a) => a.name === 'workgroup_size')?.value ?? ['1'];
  const [x, y = 1, z = 1] = [value].flat().map((text) => named[text] ?? Number(text));
  return [x, y, z];
}

/**
 * Without comments (but for marks that specialising looks for) and indentation, line by line, so that a compiler's line
 * numbers still hold.
 */
function stripComments(code: string): string {
  return code
    .split('\n')
    .map((line) => line.replace(/\/\/(?! @unroll).*$/, '').trim())
    .join('\n');
}
