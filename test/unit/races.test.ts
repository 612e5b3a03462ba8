/** The small parity cases of every kernel under wgsl_reflect's race detector: no GPU run can prove that. */
import { describe, expect, test } from 'vitest';
import { denseForward } from '../../src/kernels/dense_forward.ts';
import { type Kernel, type ParityCase, possibleForms } from '../../src/kernels/kernel.ts';
import { outputDelta } from '../../src/kernels/output_delta.ts';
import { registry } from '../../src/kernels/registry.ts';
import { trainHead } from '../../src/kernels/train_head.ts';
import { runParityCase } from '../../src/runtime/parity.ts';
import { Interpreter } from '../support/interpreter.ts';

/** Numbers in a case's tensors that can be interpreted in no time. */
const SMALL = 600;

const isSmall = ({ tensors }: ParityCase) =>
  Object.values(tensors).reduce((sum, { size }) => sum + size, 0) < SMALL;

/** Cases that draw random bits: the interpreter's unsigned integers do not wrap around, so its values are wrong. */
const drawsRandomBits = ({ constants }: ParityCase) =>
  'SEED' in constants ||
  (Array.isArray(constants.OPERATIONS) && constants.OPERATIONS.some(({ seed }) => seed > 0));

async function interpret(kernel: Kernel, parityCase: ParityCase) {
  const interpreter = new Interpreter();
  const { message } = await runParityCase(interpreter, kernel, parityCase);
  return { findings: interpreter.findings, message };
}

describe.each(registry.map((kernel) => [kernel.shader.name, kernel] as const))('%s', (_name, kernel) => {
  const cases = kernel.cases.filter(isSmall);

  test('has small cases', () => expect(cases.length).toBeGreaterThan(2));

  test.each(cases.map((parityCase) => [parityCase.label, parityCase] as const))(
    'has no races, and computes what its reference does: %s',
    async (_label, parityCase) => {
      const { findings, message } = await interpret(kernel, parityCase);
      expect(findings).toEqual([]);
      if (!drawsRandomBits(parityCase)) expect(message).toBeUndefined();
    },
  );
});

/** Subgroups are not interpreted, and 8×8 outputs to a thread would take minutes: they are 4×4 in all but a number. */
const products = possibleForms(denseForward as unknown as Kernel, []).slice(1);
const ways = products.filter(({ shader }) => !shader.name.endsWith('tiles_8'));

describe.each(ways.map((way) => [way.shader.name, way] as const))('%s', (_name, way) => {
  test('has no races, and computes what its reference does', { timeout: 30_000 }, async () => {
    const { findings, message } = await interpret(way, denseForward.cases[1] as unknown as ParityCase);
    expect({ findings, message }).toEqual({ findings: [], message: undefined });
  });
});

/** What is found in a case of the kernel with another line in place of one. */
async function findingsOf(kernel: Kernel, parityCase: ParityCase, line: string, became: string) {
  const code = kernel.shader.code.replace(line, became);
  expect(code).not.toBe(kernel.shader.code);
  const broken = { ...kernel, shader: { ...kernel.shader, code } };
  return (await interpret(broken, parityCase)).findings.join('\n');
}

describe('train_head, broken', () => {
  const kernel = trainHead as unknown as Kernel;

  test.each([
    ['without its barriers', 'workgroupBarrier();\nstorageBarrier();', ''],
    ['with every thread storing the sums', 'if (thread == 0u)', 'if (thread < LANES)'],
  ])('races %s', async (_what, line, became) => {
    expect(await findingsOf(kernel, kernel.cases[0], line, became)).toMatch(/Data race/);
  });
});

describe('output_delta, broken', () => {
  const kernel = outputDelta as unknown as Kernel;
  const findingsWith = (line: string, became: string) => findingsOf(kernel, kernel.cases[1], line, became);

  test.each([
    ['without its barrier', 'workgroupBarrier();', ''],
    ['with a thread too many that adds', 'if (thread < half)', 'if (thread <= min(half, 31u))'],
    ['with another thread that stores the sum', 'if (thread == 0u)', 'if (thread == 1u)'],
    ['with every other thread storing the sum', 'if (thread == 0u)', 'if (thread != 0u)'],
  ])('races %s', async (_what, line, became) => {
    expect(await findingsWith(line, became)).toMatch(/Data race on 'sums'/);
  });

  test('is told of a barrier that only some threads reach', async () => {
    const early = 'if (id.x >= current.rows) { return; }';
    expect(await findingsWith('sums[thread] = vec2f();', early)).toMatch(/Barrier divergence/);
  });
});
