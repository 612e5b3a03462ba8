/** Calls that must be refused, and must then leave the model as if they had not been made. */
import { expect, test } from 'vitest';
import { createRuntime, type Sequential } from '../../src/index.ts';
import { smallModel, x, y } from './smallModel.ts';

export const runtime = await createRuntime({ backend: 'reference' });

/** An argument that the types refuse. */
export const bad = (value: unknown) => value as never;

/** Each call is refused with its message, and the model goes on as if it had not been made. */
export function refuses(
  table: readonly (readonly [string, (model: Sequential) => unknown, string | RegExp])[],
): void {
  test.each(table)('refuses %s', async (_label, call, message) => {
    const model = smallModel(runtime);
    await expect(async () => call(model)).rejects.toThrow(message);
    const untouched = smallModel(runtime);
    expect(await model.fit(x, y, { epochs: 2 })).toEqual(await untouched.fit(x, y, { epochs: 2 }));
  });
}
