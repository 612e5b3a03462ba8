import type { Page } from 'puppeteer';
import type { Engine } from './findBrowser.ts';
import { launchBrowser } from './launchBrowser.ts';
import { type Site, serveSources } from './serve.ts';

export interface PageTask<T> {
  engine: Engine;
  /** Where the page comes from, and its path there. */
  serve?: () => Promise<Site>;
  path?: string;
  /** What the page may call. */
  functions?: Record<string, (...args: never[]) => void>;
  /** What to do with the page, once it is there. */
  body(page: Page): Promise<T>;
}

/** Opens a page in a browser, by default the one that trains, and closes both when done. Prints which browser it is. */
export async function runInPage<T>({ engine, functions = {}, body, ...place }: PageTask<T>): Promise<T> {
  const { serve = serveSources, path = 'headless/page.html' } = place;
  const site = await serve();
  try {
    const { browser, description } = await launchBrowser(engine);
    try {
      console.log(description);
      const page = await browser.newPage();
      const crash = pageCrash(page);
      for (const [name, call] of Object.entries(functions)) await page.exposeFunction(name, call);
      await page.goto(new URL(path, site.url).href);
      return await Promise.race([crash, body(page)]);
    } catch (error) {
      throw browser.connected ? error : new Error('The browser ended before the training did.');
    } finally {
      await browser.close();
    }
  } finally {
    await site.close();
  }
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
