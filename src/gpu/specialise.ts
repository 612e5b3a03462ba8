/**
 * A shader for certain constants. They take their places in its text, which is then cut down to what is left to do:
 * compilers spend most of their time on branches that are never taken. Lines stay where they are, for their messages.
 */
import type { Constant } from '../kernels/kernel.ts';
import type { Shader } from '../kernels/shader.ts';

export type Constants = Readonly<Record<string, Constant>>;

type Elements = Extract<Constant, readonly unknown[]>;

export function specialise(shader: Shader, constants: Constants): string {
  const values = new Map(Object.entries(shader.values));
  const code = shader.code.replace(DECLARED, (old, name: string) => {
    const constant = shader.constants[name];
    if (!constant) return old;
    const { type, isList } = constant;
    if (!isList)
      return `const ${name}: ${type} = ${type}(${scalarText(shader, name, constants[name], values)});`;
    const elements = constants[name] as Elements;
    const list = `array<${type}, ${elements.length}>`;
    const texts = elements.map((element, i) => structText(`${name}[${i}u]`, type, element, shader, values));
    return `const ${name}: ${list} = ${list}(${texts.join()});`;
  });
  for (const [, name, expression] of code.matchAll(DERIVED)) {
    const value = evaluate(expression, values);
    if (value !== undefined) values.set(name, value);
  }
  return new Specialiser(code, values).run();
}

const DECLARED = /^(?:const|override) (\w+): .*;/gm;
const DERIVED = /^const (\w+): u32 = (.*);/gm;

function scalarText(
  { name: shader }: Shader,
  name: string,
  given: Constant,
  values: Map<string, number>,
): string {
  const value = Number(given);
  if (!Number.isFinite(value)) throw new Error(`${shader}: constant ${name} is ${given}`);
  values.set(name, value);
  return String(value);
}

function structText(
  place: string,
  type: string,
  element: Elements[number],
  { structs }: Shader,
  values: Map<string, number>,
): string {
  const fields = Object.entries(structs[type].fields).map(([field, { type }]) => {
    values.set(`${place}.${field}`, element[field]);
    return `${type}(${element[field]})`;
  });
  return `${type}(${fields.join()})`;
}

interface Declared {
  /** Where it begins, its body begins, and it ends. */
  readonly start: number;
  readonly open: number;
  readonly end: number;
  readonly parameters: readonly string[];
  /** From its parameters to its body. */
  readonly result: string;
  /** What it has become, by the constants that it is called with. */
  readonly copies: Map<string, { readonly name: string; text: string }>;
}

class Specialiser {
  readonly #functions = new Map<string, Declared>();

  constructor(
    private readonly code: string,
    private readonly values: ReadonlyMap<string, number>,
  ) {
    for (const { 1: name, 0: head, index: start } of code.matchAll(/^fn (\w+)\(/gm)) {
      const from = start + head.length;
      const close = closing(code, from);
      const open = code.indexOf('{', close) + 1;
      const end = closing(code, open) + 1;
      const parameters = split(code.slice(from, close));
      const result = code.slice(close + 1, open);
      this.#functions.set(name, { start, open, end, parameters, result, copies: new Map() });
    }
  }

  /** The code with every function that `main` reaches, once for all the constants that it is called with. */
  run(): string {
    this.#copy('main', []);
    let done = '';
    let at = 0;
    for (const { start, end, copies } of this.#functions.values()) {
      const texts = [...copies.values()].map(({ text }, i) => (i === 0 ? text : text.replaceAll('\n', ' ')));
      done += this.code.slice(at, start) + padded(texts.join(' '), this.code.slice(start, end));
      at = end;
    }
    return done + this.code.slice(at);
  }

  /** The name of the function with these constants in place of the parameters that are given any. */
  #copy(name: string, constants: readonly (string | undefined)[]): string {
    const { open, end, parameters, result, copies } = this.#functions.get(name) as Declared;
    const key = constants.join();
    const known = copies.get(key);
    if (known) return known.name;
    const copy = { name: copies.size === 0 ? name : `${name}_${copies.size}`, text: '' };
    copies.set(key, copy);
    let body = this.code.slice(open, end - 1);
    const given = new Map(parameters.map((parameter, i) => [parameter.split(':')[0], constants[i]]));
    if (constants.some((constant) => constant !== undefined)) {
      body = body.replace(/(?<![.\w])\w+/g, (word) => given.get(word) ?? word);
    }
    const left = parameters.filter((_, i) => !constants[i]).join(', ');
    const folded = this.#unroll(fold(body, this.values));
    copy.text = `fn ${copy.name}(${left})${result}${this.#withCalls(folded)}}`;
    return copy.name;
  }

  /** Each call in the text becomes one of the function for the constants among its arguments. */
  #withCalls(text: string): string {
    const match = /\b(\w+)\(/.exec(text);
    if (!match) return text;
    const [head, name] = match;
    const start = match.index + head.length;
    if (!this.#functions.has(name)) return text.slice(0, start) + this.#withCalls(text.slice(start));
    const end = closing(text, start);
    const given = split(text.slice(start, end));
    const constants = given.map((argument) => this.#constant(argument));
    const left = given.filter((_, i) => !constants[i]).map((argument) => this.#withCalls(argument));
    const call = `${this.#copy(name, constants)}(${left.join(', ')}`;
    return text.slice(0, match.index) + call + this.#withCalls(text.slice(end));
  }

  /** The argument in its plainest form, if it is a constant: a name, an element of a list or a field of that. */
  #constant(argument: string): string | undefined {
    const [, list, index, field = ''] = /^([A-Z]\w+)\[(.*)\](\.\w+)?$/.exec(argument) ?? [];
    if (list) {
      const value = evaluate(index, this.values);
      return value === undefined ? undefined : `${list}[${value}u]${field}`;
    }
    return /^[A-Z]/.test(argument) && this.values.has(argument) ? argument : undefined;
  }

  /** Writes out the turns of the loops that are marked for it. */
  #unroll(text: string): string {
    const match = /^for \(var (\w+) = 0u; \w+ < (\w+); \w+\+\+\) \{ \/\/ @unroll$/m.exec(text);
    if (!match) return text;
    const [head, name, count] = match;
    const start = match.index + head.length;
    const length = evaluate(count, this.values);
    if (length === undefined) return text.slice(0, start) + this.#unroll(text.slice(start));
    const end = closing(text, start);
    const turns = Array.from({ length }, (_, i) => {
      const turn = this.#unroll(text.slice(start, end).replace(new RegExp(`\\b${name}\\b`, 'g'), `${i}u`));
      return `{${i === 0 ? turn : turn.replaceAll('\n', ' ')}}`;
    });
    const written = padded(turns.join(' '), text.slice(match.index, end + 1));
    return text.slice(0, match.index) + written + this.#unroll(text.slice(end + 1));
  }
}

/** Keeps of each `if` and `switch` that the values decide the one branch that is taken. */
function fold(code: string, values: ReadonlyMap<string, number>): string {
  const match = /^(?:if \((.*?)\)|switch (.*?)) \{/m.exec(code);
  if (!match) return code;
  const [head, condition, selector] = match;
  const start = match.index + head.length;
  const taken = selector
    ? takenCase(code, start, selector, values)
    : takenBranch(code, start, condition, values);
  if (!taken) return code.slice(0, start) + fold(code.slice(start), values);
  // Behind a return nothing is reached.
  const end = /(^|[;{\n])\s*return\b[^;]*;\s*$/.test(taken.body) ? closing(code, taken.end) : taken.end;
  const before = code.slice(0, match.index);
  const body = padded(`{${fold(taken.body, values)}}`, code.slice(match.index, end));
  return before + body + fold(code.slice(end), values);
}

interface Taken {
  readonly body: string;
  /** Where the whole statement ends. */
  readonly end: number;
}

function takenBranch(
  code: string,
  start: number,
  condition: string,
  values: ReadonlyMap<string, number>,
): Taken | undefined {
  const terms = condition.split(' && ').map((term) => decide(term, values));
  const holds = !terms.includes(false);
  if (holds && terms.includes(undefined)) return undefined;
  const end = closing(code, start);
  const otherwise = /^\} else \{/.exec(code.slice(end))?.[0].length;
  if (otherwise === undefined) return { body: holds ? code.slice(start, end) : '', end: end + 1 };
  const last = closing(code, end + otherwise);
  return { body: holds ? code.slice(start, end) : code.slice(end + otherwise, last), end: last + 1 };
}

function takenCase(
  code: string,
  start: number,
  selector: string,
  values: ReadonlyMap<string, number>,
): Taken | undefined {
  const value = values.get(selector);
  if (value === undefined) return undefined;
  let body: string | undefined;
  let at = start;
  for (;;) {
    const [head, labels] = /^\s*(?:case (.*?)|default): \{/.exec(code.slice(at)) ?? [];
    if (head === undefined) return { body: body ?? '', end: code.indexOf('}', at) + 1 };
    const end = closing(code, at + head.length);
    if (labels ? labels.split(', ').some((label) => values.get(label) === value) : body === undefined) {
      body = code.slice(at + head.length, end);
    }
    at = end + 1;
  }
}

/** Whether a condition holds, if the values tell. */
function decide(condition: string, values: ReadonlyMap<string, number>): boolean | undefined {
  const [, not, left, operator, right = '0u'] = /^(!?)(\S+?)(?: ([=!]=|>) (\S+))?$/.exec(condition) ?? [];
  const a = evaluate(left, values);
  const b = evaluate(right, values);
  if (a === undefined || b === undefined) return undefined;
  if (operator === '>') return a > b;
  return (a === b) === (operator === '==' || not === '!');
}

/** The value of a name, a number, or a difference of these. */
function evaluate(expression = '', values: ReadonlyMap<string, number>): number | undefined {
  const terms = expression
    .split(' - ')
    .map((term) => values.get(term) ?? (/^\d/.test(term) ? Number.parseFloat(term) : undefined));
  return terms.reduce((a, b) => (a === undefined || b === undefined ? undefined : a - b));
}

/** The new text with as many lines as the old. */
const padded = (text: string, old: string) =>
  text + '\n'.repeat(old.split('\n').length - text.split('\n').length);

/** Where the bracket closes that was opened before `from`; the end of the text where none was. */
function closing(text: string, from: number): number {
  const bracket = /[([{]|([)\]}])/g;
  bracket.lastIndex = from;
  let depth = 0;
  for (let match = bracket.exec(text); match; match = bracket.exec(text)) {
    if (!match[1]) depth++;
    else if (depth-- === 0) return match.index;
  }
  return text.length;
}

/** Parts of a list, by the commas outside of brackets. */
function split(list: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [piece] of list.matchAll(/[([{)\]},]|[^([{)\]},]+/g)) {
    if ('([{'.includes(piece)) depth++;
    if (')]}'.includes(piece)) depth--;
    if (piece === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
