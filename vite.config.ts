import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type UserConfig } from 'vite';
import { digits } from './demo/data/digits.ts';
import { wgsl } from './shaders/build/plugin.ts';

const here = (path: string) => resolve(import.meta.dirname, path);

/** `vite build --mode library`: one ES module with everything inside. */
const library: UserConfig = {
  plugins: [wgsl()],
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: here('src/index.ts'), formats: ['es'], fileName: () => 'shaderprop.js' },
    rolldownOptions: { output: { codeSplitting: false, minify: true } },
  },
};

/** The pages: `vite` serves them, `vite build` writes them as a static site. */
const site: UserConfig = {
  root: here('demo'),
  base: './',
  plugins: [wgsl(), digits()],
  // Nothing in here needs bundling to be served, and a late discovery would reload a page that is training.
  optimizeDeps: { noDiscovery: true },
  build: {
    outDir: here('dist/site'),
    emptyOutDir: true,
    rolldownOptions: { input: pages() },
  },
};

function pages(): string[] {
  const files = readdirSync(here('demo'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.html')).map((file) => here(`demo/${file}`));
}

export default defineConfig(({ mode }) => (mode === 'library' ? library : site));
