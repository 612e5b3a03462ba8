/** The Vite plugin that makes `import source from './NAME.ts?inline'` the bundled code of that file, as text. */
import { build, type Plugin, type Rolldown } from 'vite';

const QUERY = '.ts?inline';

export function bundledText(): Plugin {
  return {
    name: 'shaderprop:bundled-text',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(QUERY)) return;
      const input = id.replace('?inline', '');
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          write: false,
          minify: true,
          target: 'es2022',
          rolldownOptions: { input, output: { format: 'iife' } },
        },
      });
      const {
        output: [chunk],
      } = [built].flat()[0] as Rolldown.RolldownOutput;
      for (const file of chunk.moduleIds) this.addWatchFile(file);
      return { code: `export default ${JSON.stringify(chunk.code)};`, moduleType: 'js', map: null };
    },
  };
}
