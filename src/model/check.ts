/** Checks of arguments. Every failure is an `Error` that names the argument, what it got and what it accepts. */

export function fail(argument: string, got: unknown, accepted: string): never {
  throw new Error(`${argument}: got ${describe(got)}, expected ${accepted}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Float32Array).length}`;
  if (Array.isArray(value) && value.length > 8) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? 'an object';
  return String(value);
}

export function checkPositiveInteger(argument: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) fail(argument, value, 'a positive integer');
  return value as number;
}

export function checkPositive(argument: string, value: unknown): number {
  if (!isFiniteNumber(value) || value <= 0) fail(argument, value, 'a positive number');
  return value;
}

export function checkNotNegative(argument: string, value: unknown): number {
  if (!isFiniteNumber(value) || value < 0) fail(argument, value, 'a number that is not negative');
  return value;
}

/** A number in [0, 1). */
export function checkFraction(argument: string, value: unknown): number {
  if (!isFiniteNumber(value) || value < 0 || value >= 1) fail(argument, value, 'a number from 0 to below 1');
  return value;
}

export function checkBoolean(argument: string, value: unknown): boolean {
  if (typeof value !== 'boolean') fail(argument, value, 'true or false');
  return value;
}

export function checkOneOf<T extends string>(argument: string, value: unknown, accepted: readonly T[]): T {
  if (!accepted.includes(value as T)) fail(argument, value, `one of ${accepted.join(', ')}`);
  return value as T;
}

/** The options object itself: an option that is not among `accepted` is a mistake worth hearing of. */
export function checkOptions(caller: string, options: object, accepted: readonly string[]): void {
  if (typeof options !== 'object' || options === null) fail(caller, options, 'an object of options');
  const unknown = Object.keys(options).find((name) => !accepted.includes(name));
  if (unknown !== undefined) fail(`${caller} option`, unknown, `one of ${accepted.join(', ')}`);
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
