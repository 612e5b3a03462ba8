import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { digits } from './demo/data/digits.ts';
import { engines, findBrowser } from './demo/headless/findBrowser.ts';
import { wgsl } from './shaders/build/plugin.ts';
import { wasm } from './src/cpu/assembly/build/plugin.ts';
import { puppeteerProvider } from './test/harness/provider.ts';
import { onnxNodeTests } from './test/support/onnx/plugin.ts';
import { packaged } from './test/support/onnx/readNodeTests.ts';

/** Tests that read files of a Debian package: in CI they must run, elsewhere only where it is installed. */
const onnxTests = ['test/gpu/onnx.test.ts', 'test/unit/onnxNodeTests.test.ts'];
const leftOut = process.env.CI === 'true' || existsSync(packaged) ? [] : onnxTests;
if (leftOut.length > 0) console.warn("\nlibonnx-testdata is not installed: ONNX's node tests do not run\n");

const found = engines.filter((engine) => findBrowser(engine));

export default defineConfig({
  plugins: [wgsl(), wasm(), digits(), onnxNodeTests()],
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: leftOut },
      },
      {
        extends: true,
        test: { name: 'pages', include: ['test/pages/**/*.test.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          env: { MUTANTS: process.env.MUTANTS ?? '' },
          include: ['test/gpu/**/*.test.ts'],
          exclude: leftOut,
          globalSetup: 'test/harness/reportEngines.ts',
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            ui: false,
            screenshotFailures: false,
            provider: puppeteerProvider(),
            // With no browser at all, the set-up above explains it and fails the run.
            instances: (found.length > 0 ? found : engines).map((browser) => ({ browser })),
          },
        },
      },
    ],
  },
});
