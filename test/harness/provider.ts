import { defineBrowserProvider } from '@vitest/browser';
import type { Browser, Page } from 'puppeteer';
import type { BrowserProvider, BrowserProviderOption, TestProject } from 'vitest/node';
import { type Engine, engines } from '../../demo/headless/findBrowser.ts';
import { launchBrowser } from '../../demo/headless/launchBrowser.ts';

/** Vitest's browser mode through puppeteer, so that one set of tests runs in Chrome and in Firefox. */
export function puppeteerProvider(): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: engines,
    providerFactory: (project) => new PuppeteerProvider(project),
  });
}

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  // Vitest then runs the engines one after the other: both are bound by the same processor cores.
  readonly supportsParallelism = false;
  private readonly pages = new Map<string, Page>();
  private launching: Promise<Browser> | undefined;

  constructor(private readonly project: TestProject) {}

  getCommandsContext(sessionId: string): Record<string, unknown> {
    return { page: this.pages.get(sessionId) };
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.launching ??= this.launch();
    const browser = await this.launching;
    const page = await browser.newPage();
    this.pages.set(sessionId, page);
    await page.goto(url);
  }

  async close(): Promise<void> {
    const browser = await this.launching?.catch(() => undefined);
    await browser?.close();
  }

  private async launch(): Promise<Browser> {
    const { browser, description } = await launchBrowser(this.project.config.browser.name as Engine);
    this.project.vitest.logger.log(description);
    return browser;
  }
}
