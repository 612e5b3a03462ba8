import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const modules = resolve(import.meta.dirname, '../../node_modules');
const archives = join(modules, '@sparticuz/chromium/bin');
const home = join(modules, '.cache/bundled-chromium');

export const bundledChromiumPath = join(home, 'chromium');

/**
 * What Chromium needs from the system and a bare machine lacks: NSS and NSPR, fonts, without which it crashes, and a
 * locale, without which its pages' language is `en-US@posix`, at which `Intl` throws.
 */
export const bundledEnvironment = () => ({
  LD_LIBRARY_PATH: [join(home, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  FONTCONFIG_FILE: join(home, 'fonts.conf'),
  LC_ALL: 'en_US.UTF-8',
});

/** The package's own names folders of the machine that it was made for. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

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
    for (const archive of ['swiftshader.tar.br', 'al2023.tar.br', 'fonts.tar.br']) {
      execFileSync('tar', ['-x', '--no-same-owner', '-C', unfinished], { input: decompress(archive) });
    }
    writeFileSync(join(unfinished, 'fonts.conf'), fontsConf);
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
