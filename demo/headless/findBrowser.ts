import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer from 'puppeteer';
import { bundledChromiumPath, hasBundledChromium } from './bundledChromium.ts';

export type Engine = 'chrome' | 'firefox';

export const engines: Engine[] = ['chrome', 'firefox'];

export interface BrowserBinary {
  engine: Engine;
  path: string;
  /** Whether it is the Chromium of an npm package, to be unpacked before its first use. */
  bundled: boolean;
}

const names = { chrome: 'Chrome', firefox: 'Firefox' };
const overrides = { chrome: 'CHROME_PATH', firefox: 'FIREFOX_PATH' };

/**
 * The engine's browser on this machine, or undefined. `CHROME_PATH` and `FIREFOX_PATH` overrule the search;
 * `CHROME_PATH=bundled` asks for the npm package's Chromium, whatever is installed.
 */
export function findBrowser(engine: Engine): BrowserBinary | undefined {
  const override = process.env[overrides[engine]];
  const wantsBundled = engine === 'chrome' && override === 'bundled';
  if (override && !wantsBundled) return overridden(engine, override);

  const path = wantsBundled ? undefined : installed(engine);
  if (path) return { engine, path, bundled: false };
  if (engine === 'chrome' && hasBundledChromium()) {
    return { engine, path: bundledChromiumPath, bundled: true };
  }
  return undefined;
}

/** What to tell someone whose machine has no such browser. */
export function notFound(engine: Engine): string {
  return `${names[engine]} was not found. Install it, or set ${overrides[engine]} to its executable.`;
}

export function engineName(engine: Engine): string {
  return names[engine];
}

function overridden(engine: Engine, path: string): BrowserBinary {
  if (!existsSync(path)) throw new Error(`${overrides[engine]} is set to ${path}, which does not exist.`);
  return { engine, path, bundled: false };
}

function installed(engine: Engine): string | undefined {
  const places = engine === 'chrome' ? chromePlaces() : firefoxPlaces();
  return places.find((path) => existsSync(path));
}

// Debian's `chromium` on the PATH is a shell script around the real binary, so the real one comes first.
function chromePlaces(): string[] {
  return [
    '/usr/lib/chromium/chromium',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...windowsPlaces('Google\\Chrome\\Application\\chrome.exe'),
    ...onPath(['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser']),
    puppeteer.executablePath(),
  ];
}

function firefoxPlaces(): string[] {
  return [
    '/usr/lib/firefox-esr/firefox-esr',
    '/usr/lib/firefox/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
    ...windowsPlaces('Mozilla Firefox\\firefox.exe'),
    ...onPath(['firefox-esr', 'firefox']),
  ];
}

function onPath(programs: string[]): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return programs.flatMap((program) => folders.map((folder) => join(folder, program)));
}

function windowsPlaces(program: string): string[] {
  const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
  return roots.filter((root) => root !== undefined).map((root) => `${root}\\${program}`);
}
