import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ConfigEnv, defineConfig, type UserConfig } from 'vite';
import { digits } from './demo/data/digits.ts';
import { wgsl } from './shaders/build/plugin.ts';
import { wasm } from './src/cpu/assembly/build/plugin.ts';

const here = (path: string) => resolve(import.meta.dirname, path);

/** `vite build --mode library`: one ES module with everything inside. */
const library: UserConfig = {
  plugins: [wgsl(), wasm()],
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: here('src/index.ts'), formats: ['es'], fileName: () => 'shaderprop.js' },
    rolldownOptions: { output: { codeSplitting: false, minify: true } },
  },
};

/** Lets the benchmark's contenders share memory between threads, and time finely. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the benchmark compares with: parts of these no browser loads as they are. */
const peers = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-webgpu',
];

/** The pages: `vite` serves them, `vite build` writes them as a static site. */
const site = ({ mode, command }: ConfigEnv): UserConfig => ({
  root: here('demo'),
  base: './',
  plugins: [wgsl(), wasm(), digits()],
  // Nothing else needs bundling to be served, and a late discovery would reload a page that is training.
  optimizeDeps: { noDiscovery: true, include: mode === 'development' ? peers : [] },
  define: { 'import.meta.env.BUILT': command === 'build' },
  worker: { format: 'es', plugins: () => [wgsl(), wasm()] },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    outDir: here('dist/site'),
    emptyOutDir: true,
    rolldownOptions: { input: pages() },
  },
});

function pages(): string[] {
  const files = readdirSync(here('demo'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.html')).map((file) => here(`demo/${file}`));
}

export default defineConfig((env) => (env.mode === 'library' ? library : site(env)));
