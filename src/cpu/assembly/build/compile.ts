/** Compiles `assembly/` with AssemblyScript's own compiler, and remembers the result until a source changes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { findKernels, writeDispatch, writeLayout } from './layout.ts';

export const assemblyRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const cacheFolder = join(assemblyRoot, '../../../node_modules/.cache/shaderprop');

/**
 * Memory comes from the host, 1 to 65536 pages of 64 KiB. The kernels' constants are in its first few hundred bytes:
 * every thread's instance writes them, the same.
 */
const options = [
  ...['--runtime', 'stub', '--noAssert', '--noExportMemory', '--importMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--stackSize', '0', '--memoryBase', '16'],
  ...['--enable', 'simd', '--enable', 'threads', '--optimizeLevel', '2', '--shrinkLevel', '2', '--converge'],
  ...['--disableWarning', '112'], // of vectors, which no export takes or gives,
];

export interface Compiled {
  readonly wasm: Uint8Array;
  /** An operation's code by its kernel's name. */
  readonly opcodes: Readonly<Record<string, number>>;
  /** Absolute paths of the sources. */
  readonly files: readonly string[];
}

export async function compileAssembly(): Promise<Compiled> {
  const names = readdirSync(assemblyRoot, { recursive: true, encoding: 'utf8' });
  const own = names.filter(
    (name) => name.endsWith('.ts') && !name.startsWith('build') && !name.endsWith('.d.wasm.ts'),
  );
  const sources = new Map(own.sort().map((name) => [name, readFileSync(join(assemblyRoot, name), 'utf8')]));
  const kernels = findKernels(sources);
  sources.set('layout.ts', writeLayout());
  sources.set('dispatch.ts', writeDispatch(kernels));
  return {
    wasm: await cached(sources),
    opcodes: Object.fromEntries(kernels.map(({ name }, i) => [name, i])),
    files: own.map((name) => join(assemblyRoot, name)),
  };
}

async function cached(sources: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const inputs = JSON.stringify([asc.version, options, [...sources]]);
  const file = join(cacheFolder, `${createHash('sha256').update(inputs).digest('hex')}.wasm`);
  if (existsSync(file)) return readFileSync(file);
  const wasm = await compile(sources);
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(file, wasm);
  return wasm;
}

async function compile(sources: ReadonlyMap<string, string>): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(['run.ts', '--outFile', 'kernels.wasm', ...options], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile(_name, contents) {
      if (typeof contents !== 'string') wasm = contents;
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new Error(`assembly/ does not compile:\n${stderr.toString()}`, { cause: error });
  return wasm;
}
