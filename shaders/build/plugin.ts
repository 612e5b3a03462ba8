/** The Vite plugin that makes `import shader from '…/NAME.wgsl'` a typed `Shader` module. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { type ReflectedFile, reflectFile } from './reflect.ts';

export const shaderRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const projectRoot = join(shaderRoot, '..');

/** Absolute paths of the WGSL files in `folder`: by default the kernels, without the shared `lib/`. */
export function listWgsl(folder = shaderRoot): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.wgsl'));
  return names.sort().map((name) => join(folder, name));
}

/**
 * Writes `.types/shaders/NAME.d.wgsl.ts` for every shader (`tsconfig.json` overlays that folder on the
 * project), so that the compiler knows each shader's bindings and constants by name.
 */
export function writeShaderTypes(): void {
  for (const file of [...listWgsl(shaderRoot), ...listWgsl(join(shaderRoot, 'lib'))]) {
    const { shader } = reflectFile(file, shaderRoot);
    const target = join(projectRoot, '.types', relative(projectRoot, file).replace(/\.wgsl$/, '.d.wgsl.ts'));
    const literal = JSON.stringify({ ...shader, code: '', sources: [] }, null, 2);
    const type = literal
      .replace('"code": ""', '"code": string')
      .replace('"sources": []', '"sources": readonly { file: string; start: number }[]')
      .replace(/"default": [-\d.e]+/g, '"default": number')
      .replace(/"declaration": ".*"/g, '"declaration": string')
      .replace(/"workgroupSize": \[[^\]]*\]/, '"workgroupSize": readonly [number, number, number]');
    mkdirSync(dirname(target), { recursive: true });
    const exports = Object.keys(shader).map(
      (key) => `export declare const ${key}: (typeof shader)['${key}'];\n`,
    );
    writeFileSync(target, `declare const shader: ${type};\n${exports.join('')}export default shader;\n`);
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
      const reflected = reflectFile(file, shaderRoot);
      for (const part of reflected.parts) this.addWatchFile(part.file);
      const code = id.endsWith(PART)
        ? `export default ${JSON.stringify(reflected.parts[0].code)};`
        : shaderModule(reflected);
      return { code, moduleType: 'js', map: null };
    },
  };
}

/** A module that exports the shader, and each of its fields by name. */
function shaderModule({ shader, parts }: ReflectedFile): string {
  const imports = parts.map(({ file }, i) => `import part${i} from ${JSON.stringify(file + PART)};\n`);
  const code = `[${parts.map((_, i) => `part${i}`).join(', ')}].join('\\n')`;
  const fields = Object.entries(shader)
    .filter(([key]) => key !== 'code')
    .map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};\n`);
  const shape = Object.keys(shader).join(', ');
  return `${imports.join('')}export const code = ${code};\n${fields.join('')}export default { ${shape} };`;
}
