/** The Vite plugin that makes `import shader from '…/NAME.wgsl'` a typed `Shader` module. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { reflectFile } from './reflect.ts';

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

export function wgsl(): Plugin {
  return {
    name: 'shaderprop:wgsl',
    configResolved: writeShaderTypes,
    load(id) {
      if (!id.endsWith('.wgsl')) return;
      const { shader, files } = reflectFile(id, shaderRoot);
      for (const file of files) this.addWatchFile(file);
      const entries = Object.entries(shader);
      const exports = entries
        .map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};\n`)
        .join('');
      const shape = entries.map(([key]) => key).join(', ');
      return { code: `${exports}export default { ${shape} };`, moduleType: 'js', map: null };
    },
  };
}
