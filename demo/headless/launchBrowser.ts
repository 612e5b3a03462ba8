import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer';
import { bundledEnvironment, unpackBundledChromium } from './bundledChromium.ts';
import { type BrowserBinary, type Engine, findBrowser, notFound } from './findBrowser.ts';

export interface LaunchedBrowser {
  browser: Browser;
  /** Product, version and executable, in one line. */
  description: string;
}

// SwiftShader runs WebGPU on the CPU: the same everywhere, and there where no GPU is.
const softwareFlags = ['--use-webgpu-adapter=swiftshader'];
const hardwareFlags = ['--ignore-gpu-blocklist', '--enable-features=Vulkan'];

/** Starts the engine's browser, headless and able to run WebGPU. `SHADERPROP_HARDWARE=1` asks for a real GPU. */
export async function launchBrowser(engine: Engine): Promise<LaunchedBrowser> {
  const binary = findBrowser(engine);
  if (!binary) throw new Error(notFound(engine));
  if (binary.bundled) unpackBundledChromium();
  const options = engine === 'chrome' ? chromeOptions(binary) : firefoxOptions();
  // Training outlasts any fixed limit on one call to the page; who waits sets the limit.
  const browser = await puppeteer.launch({ ...options, executablePath: binary.path, protocolTimeout: 0 });
  return { browser, description: `${await browser.version()} (${binary.path})` };
}

function chromeOptions(binary: BrowserBinary): LaunchOptions {
  const isRoot = process.getuid?.() === 0;
  return {
    browser: 'chrome',
    // The bundled build is Chromium's small headless shell, and brings no sandbox helper.
    headless: binary.bundled ? 'shell' : true,
    env: binary.bundled ? { ...process.env, ...bundledEnvironment() } : process.env,
    args: [
      '--enable-unsafe-webgpu',
      ...(process.env.SHADERPROP_HARDWARE === '1' ? hardwareFlags : softwareFlags),
      ...(isRoot || binary.bundled ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  };
}

function firefoxOptions(): LaunchOptions {
  return {
    browser: 'firefox',
    headless: true,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
  };
}
