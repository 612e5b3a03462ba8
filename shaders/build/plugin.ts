/** The Vite plugin that makes `import shader from '…/NAME.wgsl'` a typed `Shader` module. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import type { Shader } from '../../src/kernels/shader.ts';
import { type ReflectedFile, reflectFile, reflectPart } from './reflect.ts';

export const shaderRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const projectRoot = join(shaderRoot, '..');

/** Absolute paths of the WGSL files in `folder`: by default the kernels, without the shared `lib/`. */
export function listWgsl(folder = shaderRoot, recursive = false): string[] {
  const names = readdirSync(folder, { recursive, encoding: 'utf8' }).filter((name) => name.endsWith('.wgsl'));
  return names.sort().map((name) => join(folder, name));
}

/** The shared files. */
export const listLibrary = () => listWgsl(join(shaderRoot, 'lib'), true);

/**
 * Writes `.types/shaders/NAME.d.wgsl.ts` for every shader (`tsconfig.json` overlays that folder on the
 * project), so that the compiler knows each shader's bindings and constants by name.
 */
export function writeShaderTypes(): void {
  for (const file of [...listWgsl(), ...listLibrary()]) {
    const { shader, alternatives } = reflectFile(file, shaderRoot);
    const target = join(projectRoot, '.types', relative(projectRoot, file).replace(/\.wgsl$/, '.d.wgsl.ts'));
    const literal = JSON.stringify({ ...shader, code: '', sources: [] }, null, 2);
    const type = literal
      .replace('"code": ""', '"code": string')
      .replace('"sources": []', '"sources": readonly { file: string; start: number }[]')
      .replace(/"default": [-\d.e]+/g, '"default": number')
      .replace(/"workgroupSize": \[[^\]]*\]/, '"workgroupSize": readonly [number, number, number]');
    const others = Object.keys(alternatives).map((name) => `${name}: typeof shader; `);
    const exports = Object.keys(shader).map(
      (key) => `export declare const ${key}: (typeof shader)['${key}'];\n`,
    );
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      `declare const shader: ${type};\n${exports.join('')}export declare const alternatives: { ${others.join('')}};\nexport default shader;\n`,
    );
  }
}

/** Marks the module that holds a file's own code alone, for all shaders that link it to share. */
const PART = '?part';

export function wgsl(): Plugin {
  return {
    name: 'shaderprop:wgsl',
    configResolved: writeShaderTypes,
    load(id) {
      const file = id.replace(PART, '');
      if (!file.endsWith('.wgsl')) return;
      if (id.endsWith(PART)) {
        this.addWatchFile(file);
        return { code: `export default ${JSON.stringify(reflectPart(file))};`, moduleType: 'js', map: null };
      }
      const reflected = reflectFile(file, shaderRoot);
      for (const { parts } of [reflected, ...Object.values(reflected.alternatives)]) {
        for (const part of parts) this.addWatchFile(part.file);
      }
      return { code: shaderModule(reflected), moduleType: 'js', map: null };
    },
  };
}

/** A module that exports the shader, each of its fields by name, and its alternatives, which share all they can. */
function shaderModule(reflected: ReflectedFile): string {
  const { shader, alternatives } = reflected;
  const all = [reflected, ...Object.values(alternatives)];
  const files = [...new Set(all.flatMap(({ parts }) => parts.map(({ file }) => file)))];
  const imports = files.map((file, i) => `import part${i} from ${JSON.stringify(file + PART)};\n`);
  const code = ({ enables, parts }: ReflectedFile) =>
    `${JSON.stringify(enables)} + [${parts.map(({ file }) => `part${files.indexOf(file)}`).join(', ')}].join('\\n')`;
  const fields = Object.entries(shader)
    .filter(([key]) => key !== 'code')
    .map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};\n`);
  const others = Object.entries(alternatives).map(([key, other]) => {
    const differing = Object.entries(other.shader).filter(
      ([field, value]) =>
        field !== 'code' && JSON.stringify(value) !== JSON.stringify(shader[field as keyof Shader]),
    );
    const own = differing.map(([field, value]) => `${field}: ${JSON.stringify(value)}`);
    return `${key}: { ${['...shader', `code: ${code(other)}`, ...own].join(', ')} }`;
  });
  return [
    ...imports,
    `export const code = ${code(reflected)};\n`,
    ...fields,
    `const shader = { ${Object.keys(shader).join(', ')} };\n`,
    `export const alternatives = { ${others.join(', ')} };\n`,
    'export default shader;',
  ].join('');
}
