import type { Plugin } from 'vite';
import { operators } from './nodeTest.ts';
import { readNodeTests } from './readNodeTests.ts';

const module = 'virtual:onnx-node-tests';

/**
 * Vite plugin: tests in a browser import ONNX's node tests, decoded. Where they cannot be read, the import throws
 * the reason, which a failure to serve the module would hide.
 */
export function onnxNodeTests(): Plugin {
  return {
    name: 'shaderprop:onnx-node-tests',
    resolveId: (id) => (id === module ? `\0${module}` : undefined),
    load(id) {
      if (id !== `\0${module}`) return undefined;
      try {
        const json = JSON.stringify(readNodeTests(operators));
        return `export default JSON.parse(${JSON.stringify(json)});`;
      } catch (error) {
        return `throw new Error(${JSON.stringify((error as Error).message)});\nexport default [];`;
      }
    },
  };
}
