/** Breaks a shader on purpose, in one place at a time. */

export interface Mutant {
  /** Line number, from 1. */
  readonly at: number;
  /** The function, and the line with what has changed: `main: let a = b [+ ⇒ -] c;`. */
  readonly text: string;
  readonly code: string;
  /** Constants and values named on the line, on its `case`, and where its function is called: what it is about. */
  readonly names: readonly string[];
}

/** What to put in place of what: each match on a line makes a mutant of its own. */
const changes: readonly (readonly [RegExp, string])[] = [
  [/(?<=[\w)\]] )\+(?= )/g, '-'],
  [/(?<=[\w)\]] )-(?= )/g, '+'],
  [/(?<=[\w)\]] )\*(?= )/g, '+'],
  [/(?<=[\w)\]] )\/(?= )/g, '*'],
  [/(?<= )\+=(?= )/g, '-='],
  [/(?<= )<(?= )/g, '<='],
  [/(?<= )>(?= )/g, '>='],
  [/(?<= )<=(?= )/g, '<'],
  [/(?<= )>=(?= )/g, '>'],
  [/(?<= )==(?= )/g, '!='],
  [/(?<= )!=(?= )/g, '=='],
  [/(?<= )&&(?= )/g, '||'],
  [/(?<= )\|\|(?= )/g, '&&'],
  // A term less.
  [/ [+\-*/] [\w.[\]]+(?=[;)])/g, ''],
  [/\b0\.0\b/g, '0.1'],
  [/\b0\.5\b/g, '0.6'],
  [/\b1\.0\b/g, '1.1'],
  [/\b2\.0\b/g, '2.1'],
  [/\b0u\b/g, '1u'],
  [/\b1u\b/g, '2u'],
  [/\bmax\(/g, 'min('],
  [/\bmin\(/g, 'max('],
  [/\btrue\b/g, 'false'],
];

/** Every mutant of the code that `main` reaches: each statement line left out, each change at each place. */
export function mutants(code: string): Mutant[] {
  const lines = code.split('\n');
  return reachableLines(lines).flatMap(({ at, where }) => {
    const line = lines[at];
    const names = namesAbout(lines, at, where);
    return [...(isStatement(line) ? [{ from: 0, found: line, by: '' }] : []), ...editsOf(line)].flatMap(
      ({ from, found, by }) => {
        const [before, after] = [line.slice(0, from), line.slice(from + found.length)];
        const became = before + by + after;
        if (runsForever(became)) return [];
        const text = `${where}: ${before}[${found} ⇒ ${by}]${after}`;
        return [{ at: at + 1, text, code: lines.with(at, became).join('\n'), names }];
      },
    );
  });
}

function namesAbout(lines: readonly string[], at: number, where: string): string[] {
  const start = lines.findLastIndex((line, i) => i <= at && line.startsWith('fn '));
  const label = lines.findLast((line, i) => i >= start && i <= at && /^(case|default)\b/.test(line)) ?? '';
  const callers = lines.filter((line) => line.includes(`${where}(`) && !line.startsWith('fn '));
  return [lines[at], label, ...callers].flatMap((line) => line.match(/\b[A-Z][A-Z0-9_]{2,}\b/g) ?? []);
}

function editsOf(line: string): { from: number; found: string; by: string }[] {
  const edits = changes.flatMap(([pattern, by]) =>
    [...line.matchAll(pattern)].map(({ index, 0: found }) => ({ from: index, found, by })),
  );
  // Long numbers, a coefficient each, get another first digit.
  const digits = [...line.matchAll(/\b(?=\d\.\d{6,})[0.]*(\d)/g)].map(({ index, 0: lead, 1: digit }) => ({
    from: index + lead.length - 1,
    found: digit,
    by: String((Number(digit) % 9) + 1),
  }));
  return [...edits, ...digits];
}

/** A whole statement on a line of its own. Leaving out a declaration that is needed does not compile. */
function isStatement(line: string): boolean {
  const closed = line.split('{').length === line.split('}').length;
  return closed && /[;}]$/.test(line) && !/^(fn|const|case|default|struct)\b/.test(line);
}

/** Unsigned numbers never fall below 0. */
const runsForever = (line: string) => /^for .*>= 0u/.test(line);

/** Lines of the functions that `main` calls, directly or not, and of the numbers that they name. */
function reachableLines(lines: readonly string[]): { at: number; where: string }[] {
  const functions = functionLines(lines);
  const textOf = (name: string) =>
    functions
      .get(name)
      ?.map((at) => lines[at])
      .join('\n') ?? '';
  const reached = new Set(['main']);
  for (const name of reached) {
    for (const [, called] of textOf(name).matchAll(/\b(\w+)\(/g))
      if (functions.has(called)) reached.add(called);
  }
  const inside = [...reached].flatMap((where) => functions.get(where)?.map((at) => ({ at, where })) ?? []);
  const text = [...reached].map(textOf).join('\n');
  const numbers = [...lines.keys()].flatMap((at) => {
    const name = /^const (\w+): f32 = /.exec(lines[at])?.[1];
    return name && new RegExp(`\\b${name}\\b`).test(text) ? [{ at, where: 'module' }] : [];
  });
  return [...inside, ...numbers];
}

/** The lines of each function, from `fn` to its closing brace. */
function functionLines(lines: readonly string[]): Map<string, number[]> {
  const functions = new Map<string, number[]>();
  let inside: number[] | undefined;
  let depth = 0;
  for (const [at, line] of lines.entries()) {
    const name = depth === 0 ? /^fn (\w+)/.exec(line)?.[1] : undefined;
    if (name) {
      inside = [];
      functions.set(name, inside);
    }
    inside?.push(at);
    depth += line.split('{').length - line.split('}').length;
    if (line === '}' && depth === 0) inside = undefined;
  }
  return functions;
}
