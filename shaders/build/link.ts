/**
 * WGSL has no imports. A shader here states what it needs from `lib/` as a declaration with a minimal body,
 * so that the file is valid WGSL as it stands, and names the file that holds the real one:
 *
 *     // @link lib/activation.wgsl
 *     fn activate(x: f32) -> f32 { return x; }
 *
 * Linking blanks that stand-in and appends the library file, once, with whatever it links in turn. Module
 * scope has no order in WGSL, so the shader's own line numbers stay as they are. A library file that is given
 * something by the files that lead to it says so by `// @link kernel`.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { SourceRange } from '../../src/kernels/shader.ts';

export interface LinkedShader {
  /** The `enable` directives of all files, which WGSL wants first of all, and the parts. */
  code: string;
  enables: string;
  /** The code file by file: the shader's own, then each library file's. */
  parts: string[];
  sources: SourceRange[];
  /** Absolute paths of every file read. */
  files: string[];
}

const STAND_IN = /^\/\/ @link (\S+)\n(?:fn|struct|override|const) (\w+)[^{;]*[{;]/m;
const ENABLE = /^enable .*;$/gm;
const KERNEL = 'kernel';

/**
 * Reads `file` and everything it links, `instead` naming files to take in place of others. Throws when a linked file
 * does not declare what it should.
 */
export function linkShader(
  file: string,
  root: string,
  instead: Readonly<Record<string, string>> = {},
): LinkedShader {
  const files = [file];
  const parts: string[] = [];
  const enables = new Set<string>();
  const isLibrary = relative(root, file).startsWith('lib');
  for (let i = 0; i < files.length; i++) {
    const source = readFileSync(files[i], 'utf8');
    for (const [directive] of source.matchAll(ENABLE)) enables.add(directive);
    const isGiven = (name: string) => files.slice(0, i).some((giver) => declares(giver, name));
    const { text, links } = takeLinks(source, files[i], (name) => !isLibrary || isGiven(name));
    parts.push(text);
    for (const { name, path } of links) {
      const target = path === KERNEL ? file : join(root, instead[path] ?? path);
      if (path === KERNEL ? !isGiven(name) : !declares(target, name)) {
        throw new Error(
          `${relative(root, files[i])}: '${name}' is not declared in ${relative(root, target)}`,
        );
      }
      if (!files.includes(target)) files.push(target);
    }
  }
  let start = 1;
  const sources = parts.map((text, i) => {
    const range = { file: relative(dirname(root), files[i]), start };
    start += text.split('\n').length;
    return range;
  });
  const directives = [...enables].join(' ');
  return { code: directives + parts.join('\n'), enables: directives, parts, sources, files };
}

const declares = (file: string, name: string) =>
  new RegExp(`^(fn|struct|override|const) ${name}\\b`, 'm').test(readFileSync(file, 'utf8'));

/** The file's own code, as it is linked into a kernel. */
export const readPart = (file: string) => takeLinks(readFileSync(file, 'utf8'), file).text;

/** Stand-ins for what nobody gives stay: a library file can be linked by itself. */
function takeLinks(
  source: string,
  file: string,
  isGiven: (name: string) => boolean = () => true,
): { text: string; links: { name: string; path: string }[] } {
  const links: { name: string; path: string }[] = [];
  let text = source.replace(ENABLE, '');
  for (let match = STAND_IN.exec(text); match; match = STAND_IN.exec(text)) {
    const [head, path, name] = match;
    const after = match.index + head.length;
    if (path === KERNEL && !isGiven(name)) {
      text = text.slice(0, match.index) + text.slice(match.index).replace(/^.*/, '');
      continue;
    }
    const end = head.endsWith(';') ? after : closingBrace(text, after, file);
    links.push({ name, path });
    text = text.slice(0, match.index) + text.slice(match.index, end).replace(/[^\n]/g, '') + text.slice(end);
  }
  return { text, links };
}

function closingBrace(text: string, from: number, file: string): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return i + 1;
  }
  throw new Error(`${file}: a linked declaration has no closing brace`);
}
