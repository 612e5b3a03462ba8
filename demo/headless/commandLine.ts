/** What the arguments of a command may be. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export type Arguments = Record<string, unknown>;

/** `--epochs -3` becomes `--epochs=-3`: the parser would take `-3` for an option of its own. */
export function joinNegatives(argv: string[]): string[] {
  const isValue = (index: number) => /^-\d/.test(argv[index] ?? '') && argv[index - 1]?.startsWith('--');
  return argv.flatMap((arg, i) => {
    if (isValue(i)) return [];
    return isValue(i + 1) ? [`${arg}=${argv[i + 1]}`] : [arg];
  });
}

export function oneOf<T extends string>(option: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((name) => name === value);
  if (!choice) throw new Error(`${option} must be one of ${choices.join(', ')}; got ${value}.`);
  return choice;
}

export function positiveInteger(option: string, value: unknown): number {
  const number = integer(option, value);
  if (number < 1) throw new Error(`${option} must be 1 or more; got ${value}.`);
  return number;
}

export function integer(option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new Error(`${option} must be a whole number; got ${value}.`);
  }
  return value;
}

/** Names with commas between them. */
export const list = (value: unknown) => (value === undefined ? [] : String(value).split(','));

/** Checked before training: it would be a pity to learn it after. */
export function writablePath(option: string, path: string): string {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new Error(`${option} ${path}: there is no folder ${folder}.`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new Error(`${option} ${path} is a folder.`);
  return path;
}

export const optionalPath = (option: string, value: unknown) =>
  value === undefined ? undefined : writablePath(option, String(value));
