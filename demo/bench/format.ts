import type { ContenderResult } from './result.ts';
import type { Summary } from './statistics.ts';

/** Such as `auto (cpu)`. */
export const nameOf = ({ name, chosen }: Pick<ContenderResult, 'name' | 'chosen'>) =>
  chosen === undefined ? name : `${name} (${chosen})`;

/** Three digits that count, whatever the size. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const wholeDigits = rounded === 0 ? 1 : 1 + Math.floor(Math.log10(Math.abs(rounded)));
  const decimals = Math.max(0, 3 - wholeDigits);
  return rounded.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Such as `12.3×`. The one that all are compared to has none of the digits. */
export const formatSpeed = ({ median }: Summary) => `${median === 1 ? '1' : threeDigits(median)}×`;

export const formatRange = ({ low, high }: Summary) => `${threeDigits(low)}–${threeDigits(high)}`;

export const formatKilobytes = (bytes: number) => `${threeDigits(bytes / 1024)} KB`;

export const formatCount = (count: number) => (Number.isInteger(count) ? String(count) : threeDigits(count));
