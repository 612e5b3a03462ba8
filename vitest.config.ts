import { defineConfig } from 'vitest/config';
import { digits } from './demo/data/digits.ts';
import { engines, findBrowser } from './demo/headless/findBrowser.ts';
import { wgsl } from './shaders/build/plugin.ts';
import { puppeteerProvider } from './test/harness/provider.ts';
import { onnxNodeTests } from './test/support/onnx/plugin.ts';

const found = engines.filter((engine) => findBrowser(engine));

export default defineConfig({
  plugins: [wgsl(), digits(), onnxNodeTests()],
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'pages', include: ['test/pages/**/*.test.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts'],
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
