/** What README and docs point to is there, and every formula's kernel is named with its reference. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const textOf = (document: string) => readFileSync(join(root, document), 'utf8');

/** Targets of the links and images that stay within the project, without their anchors. */
function relativeLinks(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.replace(/#.*$/, ''));
  return targets.filter((target) => target !== '' && !/^[a-z]+:/i.test(target));
}

/** Paths of the project that are named in code spans. */
const namedPaths = (text: string) =>
  [...text.matchAll(/`((?:src|shaders|test|demo|docs|\.ci)\/[\w./-]*)`/g)]
    .map(([, path]) => path)
    .filter((path) => !path.includes('NAME'));

describe.each(documents)('%s', (document) => {
  const text = textOf(document);

  test('points to what is there', () => {
    const folder = dirname(join(root, document));
    const missing = [
      ...relativeLinks(text).filter((target) => !existsSync(join(folder, target))),
      ...namedPaths(text).filter((path) => !existsSync(join(root, path))),
    ];
    expect(missing).toEqual([]);
  });
});

test('the derivation links every kernel that it names with its reference', () => {
  const links = relativeLinks(textOf('docs/backpropagation.md'));
  const kernels = links.flatMap((link) => /^\.\.\/shaders\/(\w+)\.wgsl$/.exec(link)?.[1] ?? []);
  expect(kernels.length).toBeGreaterThan(15);
  expect(kernels.filter((name) => !links.includes(`../src/kernels/${name}.ts`))).toEqual([]);
});

test('every formula of the derivation has its kernel', () => {
  // Sections with a formula, which is set off by four spaces.
  const sections = textOf('docs/backpropagation.md').split(/^## /m).slice(1);
  const formulas = sections.filter((section) => /^ {4}\S.*[=←·]/m.test(section));
  expect(formulas.length).toBeGreaterThan(7);
  const without = formulas.filter((section) => !relativeLinks(section).some((link) => /\.wgsl$/.test(link)));
  expect(without.map((section) => section.split('\n')[0])).toEqual([]);
});

test('a link that leads nowhere is found', () => {
  const text = '[a](b/c.md#d) ![e](f.png) [g](https://h) [i](#j) `src/k.ts` `shaders/NAME.wgsl`';
  expect(relativeLinks(text)).toEqual(['b/c.md', 'f.png']);
  expect(namedPaths(text)).toEqual(['src/k.ts']);
});
