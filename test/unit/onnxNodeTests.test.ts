import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operators } from '../support/onnx/nodeTest.ts';
import { packaged, readNodeTests } from '../support/onnx/readNodeTests.ts';

test('where the tests are not, the package that holds them is named', () => {
  expect(() => readNodeTests(operators, '/nowhere')).toThrow(
    "/nowhere is not there: ONNX's node tests come with Debian's package libonnx-testdata",
  );
});

test('attributes, shapes and numbers are decoded', () => {
  const [nesterov] = readNodeTests(['Momentum']).filter(({ name }) => name === 'test_nesterov_momentum');
  expect(nesterov.attributes).toMatchObject({ alpha: Math.fround(0.95), beta: 1, mode: 'nesterov' });
  expect(nesterov.inputs.map(({ name }) => name)).toEqual(['R', 'T', 'X', 'G', 'V']);
  expect(nesterov.inputs[3]).toEqual({ name: 'G', shape: [2], data: [Math.fround(-0.94), -2.5] });
});

test('tests of an operator expanded to many nodes, which are left out, have the same numbers as those of one', () => {
  const names = readNodeTests(operators).map(({ name }) => name);
  const expanded = names.filter((name) => existsSync(join(packaged, `${name}_expanded`)));
  expect(expanded).toHaveLength(79);
  for (const name of expanded) expect(dataOf(`${name}_expanded`), name).toEqual(dataOf(name));
});

/** Every file of a test's data, in full. */
function dataOf(name: string): string[] {
  const folder = join(packaged, name, 'test_data_set_0');
  return readdirSync(folder)
    .sort()
    .map((file) => `${file} ${readFileSync(join(folder, file), 'hex')}`);
}
