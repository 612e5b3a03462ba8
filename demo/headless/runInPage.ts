import { resolve } from 'node:path';
import type { Page } from 'puppeteer';
import { createServer, type ViteDevServer } from 'vite';
import type { Engine } from './findBrowser.ts';
import { launchBrowser } from './launchBrowser.ts';

const configFile = resolve(import.meta.dirname, '../../vite.config.ts');

export interface PageTask<T> {
  engine: Engine;
  /** What the page may call. */
  functions?: Record<string, (argument: never) => void>;
  /** What to do with the page, once it is there. */
  body(page: Page): Promise<T>;
}

/** Opens the headless page in a browser, and closes both when done. Prints which browser it is. */
export async function runInPage<T>({ engine, functions = {}, body }: PageTask<T>): Promise<T> {
  const server = await startServer();
  try {
    const { browser, description } = await launchBrowser(engine);
    try {
      console.log(description);
      const page = await browser.newPage();
      const crash = pageCrash(page);
      for (const [name, call] of Object.entries(functions)) await page.exposeFunction(name, call);
      await page.goto(pageUrl(server));
      return await Promise.race([crash, body(page)]);
    } catch (error) {
      throw browser.connected ? error : new Error('The browser ended before the training did.');
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

async function startServer(): Promise<ViteDevServer> {
  // One page, loaded once: nothing is to be watched or reloaded.
  const server = await createServer({
    configFile,
    logLevel: 'error',
    server: { host: 'localhost', hmr: false, watch: null },
  });
  return server.listen();
}

function pageUrl(server: ViteDevServer): string {
  return new URL('headless/page.html', server.resolvedUrls?.local[0]).href;
}

/** Rejects when the page breaks in a way that leaves its call unanswered. */
function pageCrash(page: Page): Promise<never> {
  const crash = new Promise<never>((_, reject) => {
    page.on('error', () => reject(new Error('The page crashed.')));
    page.on('pageerror', reject);
  });
  // Nobody waits for it once the page has answered.
  crash.catch(() => {});
  return crash;
}
