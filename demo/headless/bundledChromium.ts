import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const modules = resolve(import.meta.dirname, '../../node_modules');
const archives = join(modules, '@sparticuz/chromium/bin');
const home = join(modules, '.cache/chromium');

export const bundledChromiumPath = join(home, 'chromium');

/** NSS and NSPR, which Chromium needs from the system and a bare machine lacks. */
export const bundledLibraries = join(home, 'lib');

/** The npm package carries one build: Linux on x64. */
export function hasBundledChromium(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && existsSync(archives);
}

/**
 * Unpacks `@sparticuz/chromium` once. Its own unpacker is not used: it writes straight into the shared
 * temporary folder, where an interrupted run leaves half a browser that every later run then takes for whole.
 */
export function unpackBundledChromium(): void {
  if (existsSync(home)) return;
  const unfinished = `${home}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const binary = join(unfinished, 'chromium');
    writeFileSync(binary, decompress('chromium.br'));
    chmodSync(binary, 0o755);
    for (const archive of ['swiftshader.tar.br', 'al2023.tar.br']) {
      execFileSync('tar', ['-x', '--no-same-owner', '-C', unfinished], { input: decompress(archive) });
    }
    renameSync(unfinished, home);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process may have finished first, and then its copy serves.
    if (!existsSync(home)) throw error;
  }
}

function decompress(name: string): Buffer {
  return brotliDecompressSync(readFileSync(join(archives, name)));
}
