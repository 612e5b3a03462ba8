import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, createServer, preview } from 'vite';

const configFile = resolve(import.meta.dirname, '../../vite.config.ts');
// A mode of its own: vite.config.ts makes ready for `npm run dev` what nobody asks for here.
const settings = { configFile, mode: 'headless', logLevel: 'error' } as const;

export interface Site {
  /** Address of the folder `demo/`. */
  url: string;
  close(): Promise<void>;
}

/** The pages from their sources. */
export async function serveSources(): Promise<Site> {
  // Pages that are loaded once: nothing is to be watched or reloaded.
  const server = await createServer({
    ...settings,
    server: { host: 'localhost', hmr: false, watch: null },
  });
  await server.listen();
  return { url: firstUrl(server.resolvedUrls), close: () => server.close() };
}

/** The pages as `npm run build` writes them, freshly built. */
export async function serveBuilt(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'shaderprop-site-'));
  const remove = () => rmSync(folder, { recursive: true });
  try {
    await build({ ...settings, build: { outDir: folder } });
    const server = await preview({ ...settings, build: { outDir: folder }, preview: { host: 'localhost' } });
    return { url: firstUrl(server.resolvedUrls), close: () => server.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

function firstUrl(urls: { local: string[] } | null): string {
  if (!urls) throw new Error('The pages could not be served.');
  return urls.local[0];
}
