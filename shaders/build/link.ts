/**
 * WGSL has no imports. A shader here states what it needs from `lib/` as a declaration with a minimal body,
 * so that the file is valid WGSL as it stands, and names the file that holds the real one:
 *
 *     // @link lib/activation.wgsl
 *     fn activate(x: f32) -> f32 { return x; }
 *
 * Linking blanks that stand-in and appends the library file, once, with whatever it links in turn. Module
 * scope has no order in WGSL, so the shader's own line numbers stay as they are.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { SourceRange } from '../../src/kernels/shader.ts';

export interface LinkedShader {
  code: string;
  /** The code file by file: the shader's own, then each library file's. */
  parts: string[];
  sources: SourceRange[];
  /** Absolute paths of every file read. */
  files: string[];
}

const STAND_IN = /^\/\/ @link (\S+)\n(?:fn|struct|override) (\w+)[^{;]*[{;]/m;

/** Reads `file` and everything it links. Throws when a linked file does not declare what it should. */
export function linkShader(file: string, root: string): LinkedShader {
  const files = [file];
  const parts: string[] = [];
  for (let i = 0; i < files.length; i++) {
    const { text, links } = takeLinks(readFileSync(files[i], 'utf8'), files[i]);
    parts.push(text);
    for (const { name, path } of links) {
      const target = join(root, path);
      if (!new RegExp(`^(fn|struct|override) ${name}\\b`, 'm').test(readFileSync(target, 'utf8'))) {
        throw new Error(`${relative(root, files[i])}: '${name}' is not declared in ${path}`);
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
  return { code: parts.join('\n'), parts, sources, files };
}

function takeLinks(source: string, file: string): { text: string; links: { name: string; path: string }[] } {
  const links: { name: string; path: string }[] = [];
  let text = source;
  for (let match = STAND_IN.exec(text); match; match = STAND_IN.exec(text)) {
    const [head, path, name] = match;
    const after = match.index + head.length;
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
