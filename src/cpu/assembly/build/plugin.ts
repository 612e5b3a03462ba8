/** The Vite plugin that makes `import … from '…/assembly/kernels.wasm'` the compiled kernels, as text. */
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { bundledText } from './bundledText.ts';
import { assemblyRoot, compileAssembly } from './compile.ts';

const MODULE = join(assemblyRoot, 'kernels.wasm');

export const wasm = (): Plugin[] => [kernels(), bundledText()];

function kernels(): Plugin {
  return {
    name: 'shaderprop:wasm',
    enforce: 'pre',
    resolveId(id) {
      return id.endsWith('assembly/kernels.wasm') ? MODULE : undefined;
    },
    async load(id) {
      if (id !== MODULE) return;
      const { wasm, opcodes, files } = await compileAssembly();
      for (const file of files) this.addWatchFile(file);
      // Base64 of plain WebAssembly hardly shrinks any more when the bundle is compressed: so it is compressed first.
      const text = deflateRawSync(wasm, { level: 9 }).toString('base64');
      const code = `export const deflated = ${JSON.stringify(text)};
export const opcodes = ${JSON.stringify(opcodes)};`;
      return { code, moduleType: 'js', map: null };
    },
  };
}
