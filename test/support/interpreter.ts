/**
 * An executor that interprets WGSL statement by statement, all threads of a workgroup taking turns, and watches
 * for data races: wgsl_reflect's detector. It computes too, so that a parity case also shows that the detector
 * has understood the kernel. What it gets wrong is mended, or put in words that it understands, below.
 */
import { detectRaces, WgslDebug, WgslParser } from 'wgsl_reflect/wgsl_reflect.module.js';
import { workgroups } from '../../src/gpu/dispatch.ts';
import { specialise } from '../../src/gpu/specialise.ts';
import type { StepValues } from '../../src/kernels/kernel.ts';
import type { DeviceTensor, FloatArray, TensorMap } from '../../src/plan/executor.ts';
import { type KernelCall, type Plan, sizeOf, type TensorSpec } from '../../src/plan/plan.ts';
import { StepTable } from '../../src/plan/steps.ts';

class InterpretedTensor implements DeviceTensor {
  readonly words: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

  constructor(readonly spec: TensorSpec) {
    this.words = spec.type === 'u32' ? new Uint32Array(sizeOf(spec)) : new Float32Array(sizeOf(spec));
  }

  write(data: FloatArray | Uint32Array, at = 0): void {
    this.words.set(data, at);
  }

  async read(): Promise<FloatArray> {
    return Float32Array.from(this.words);
  }

  dispose(): void {}
}

export class Interpreter {
  /** What the detector found, in its words. */
  readonly findings: string[] = [];

  allocate(spec: TensorSpec): InterpretedTensor {
    return new InterpretedTensor(spec);
  }

  async execute(plan: Plan, tensors: TensorMap, values: StepValues): Promise<void> {
    for (const call of plan.calls) this.#run(call, tensors as ReadonlyMap<string, InterpretedTensor>, values);
  }

  #run(
    { kernel, constants, tensors: names }: KernelCall,
    tensors: ReadonlyMap<string, InterpretedTensor>,
    values: StepValues,
  ): void {
    const { shader } = kernel;
    const step = new StepTable({ slots: 1, batch: 1 });
    step.set(0, values);
    const groups: Record<number, Record<number, unknown>> = { 0: {}, 1: {} };
    for (const [name, { group, binding, access }] of Object.entries(shader.bindings)) {
      const words = tensors.get(names[name])?.words;
      groups[group][binding] = access === 'uniform' ? { uniform: step.words.buffer } : words?.buffer;
    }
    const grid = workgroups(kernel, kernel.threads(constants), 65535);
    const { races, errors } = detectRaces(reword(specialise(shader, constants)), 'main', grid, groups);
    // What each thread has for itself is taken for shared.
    const own = [...shader.code.matchAll(/^var<private> (\w+)/gm)].map(([, name]) => `'${name}'`);
    const shared = races.filter(({ message }) => !own.some((name) => message.includes(name)));
    this.findings.push(...errors, ...shared.map(({ message }) => message));
  }
}

interface Internals {
  _collectFunctionCalls(): void;
  _case_body(): unknown[];
  _statement(): unknown;
}

// Calls are evaluated in their place: the debugger would keep a call's result where all threads share it.
(WgslDebug.prototype as unknown as Internals)._collectFunctionCalls = () => {};

// The parser keeps two statements of a `case`, and loses the others.
(WgslParser.prototype as unknown as Internals)._case_body = function (this: Internals) {
  const statements: unknown[] = [];
  for (let next = this._statement(); next !== null; next = this._statement()) statements.push(next);
  return statements.flat();
};

function reword(code: string): string {
  const fixed = code
    // No `+=` of matrices.
    .replace(/^(\w+) \+= (mat.*);$/gm, '$1 = $1 + $2;')
    // A barrier that begins a block goes unseen.
    .replace(/\b(workgroupBarrier|storageBarrier|synchronise)\(\);/g, 'let arrived = true; $1();')
    // Structs that built-in functions return are not there.
    .replace(/\bfrexp\(/g, 'split_float(')
    // An argument's expression must not see the parameters before it, so no parameter is named like a variable.
    .split(/^(?=fn |struct |@)/m)
    .map(renameParameters);
  return [...fixed, SPLIT_FLOAT].join('');
}

const SPLIT_FLOAT = `
struct SplitFloat { fract: f32, exp: i32 }
fn split_float(value: f32) -> SplitFloat {
let power = i32(floor(log2(value))) + 1;
return SplitFloat(value / exp2(f32(power)), power);
}`;

function renameParameters(declaration: string): string {
  const [, name, parameters] = /^fn (\w+)\((.*)\)/.exec(declaration) ?? [];
  if (!parameters) return declaration;
  const names = [...parameters.matchAll(/(\w+):/g)].map(([, parameter]) => parameter);
  return declaration.replace(new RegExp(`(?<![.\\w])(${names.join('|')})\\b`, 'g'), `$1_of_${name}`);
}
