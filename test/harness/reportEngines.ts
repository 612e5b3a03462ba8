import { engineName, engines, findBrowser, notFound } from '../../demo/headless/findBrowser.ts';

/** Runs before the browser tests: an engine that was not tested is said aloud, and in CI it is an error. */
export default function reportEngines(): void {
  const missing = engines.filter((engine) => !findBrowser(engine));
  if (missing.length === 0) return;
  if (missing.length === engines.length || process.env.CI === 'true') {
    throw new Error(missing.map(notFound).join('\n'));
  }
  const tested = engines.filter((engine) => !missing.includes(engine)).map(engineName);
  console.warn(`\n${missing.map(engineName)} was not found: only ${tested} was tested\n`);
}
