import { NO_RATES } from '../model/optimizers.ts';
import { NO_MIXTURE } from '../model/random.ts';
import type { Shader, ShaderConstant } from './shader.ts';

/** What a step tells its kernels: the fields of `Step` in `shaders/lib/step.wgsl`. */
export interface StepValues {
  first: number;
  rows: number;
  slot: number;
  index: number;
  learning_rate: number;
  rate: number;
  gradient_rate: number;
  correction: number;
  mix: number;
  partner: number;
}

/** Names of the tensors a shader reads or writes: its storage bindings. */
export type TensorNames<S extends Shader> = {
  [K in keyof S['bindings']]: S['bindings'][K]['access'] extends 'uniform' ? never : K;
}[keyof S['bindings']] &
  string;

/** The value of a shader's constant; of a list, the numbers in each element's fields. */
export type Constant = number | boolean | readonly Readonly<Record<string, number>>[];

type ValueOf<C extends ShaderConstant> = string extends C['type']
  ? Constant
  : C extends { isList: true }
    ? Extract<Constant, readonly unknown[]>
    : C['type'] extends 'bool'
      ? boolean
      : number;

/** A value for every constant of a shader. */
export type ConstantsOf<S extends Shader> = {
  [K in keyof S['constants']]: ValueOf<S['constants'][K]>;
};

/** Host-side tensors, in float64 whatever the device keeps. */
export type HostTensors<Names extends string = string> = Record<Names, Float64Array>;

/** How a parity case fills an input: a number for each element, from a source of uniform numbers in [0, 1). */
export type Fill = (uniform: () => number, index: number) => number;

export interface ParityCase<S extends Shader = Shader> {
  readonly label: string;
  /** Constants that differ from the shader's defaults. */
  readonly constants: Partial<ConstantsOf<S>>;
  readonly step?: Partial<StepValues>;
  /** Elements and contents of every tensor before the call. */
  readonly tensors: Record<TensorNames<S>, { readonly size: number; readonly fill: Fill }>;
}

/** Another way to do what a kernel does: the same bindings, constants and, unless `reordered`, bits. */
export interface Variant {
  readonly name: string;
  readonly shader: Shader;
  threads(constants: ConstantsOf<Shader>): number;
  /** What a device must have. */
  readonly features: readonly string[];
  /** Adds up in another order. */
  readonly reordered: boolean;
  /** Whether it is made for such sizes. */
  suits(constants: ConstantsOf<Shader>): boolean;
}

/** A kernel: its shader, how many threads it wants, the formula in float64, and how close the two must be. */
export interface Kernel<S extends Shader = Shader> {
  readonly shader: S;
  threads(constants: ConstantsOf<S>): number;
  /** Others to choose from on a device that computes them faster. */
  readonly variants?: readonly Variant[];
  /** Does what others do one by one: only WebGPU has any use for it. */
  readonly webgpuOnly?: true;
  /** Floating-point operations of a call on a full batch, for kernels that multiply matrices. */
  flops?(constants: ConstantsOf<S>): number;
  /** Writes the outputs from the inputs, by the formula: never a transcript of the shader. */
  reference(tensors: HostTensors<TensorNames<S>>, constants: ConstantsOf<S>, step: StepValues): void;
  /** The largest error allowed in each element of each output, from the state before and after the call. */
  tolerance(
    before: HostTensors<TensorNames<S>>,
    after: HostTensors<TensorNames<S>>,
    constants: ConstantsOf<S>,
    step: StepValues,
  ): Partial<HostTensors<TensorNames<S>>>;
  readonly cases: readonly ParityCase<S>[];
}

/** Numbers in the tensors of cases that have every kind of edge, and are soon done even by the slowest variant. */
const TELLING = { least: 1_000, most: 50_000 };

/** The kernel as the variant does it. */
export function asKernel(kernel: Kernel, { shader, threads }: Variant): Kernel {
  const { flops, reference, tolerance } = kernel;
  const others = { flops, reference, tolerance, variants: [] };
  return {
    ...{ shader, threads, ...others },
    get cases() {
      return tellingCases(kernel.cases);
    },
  };
}

/** Those that differ from the first in sizes alone: the rest of the shader is the same, and compiling is slow. */
function tellingCases(cases: readonly ParityCase[]): ParityCase[] {
  return cases.filter((parityCase) => {
    const numbers = Object.values(parityCase.tensors).reduce((sum, { size }) => sum + size, 0);
    const telling = numbers > TELLING.least && numbers < TELLING.most;
    return telling && settingOf(parityCase) === settingOf(cases[0]);
  });
}

const settingOf = ({ constants: { M, N, K, ...setting } }: ParityCase) => JSON.stringify(setting);

/** The variants that a WebGPU device with these features can run. */
export function possibleVariants({ variants = [] }: Kernel, features: Iterable<string>): Variant[] {
  const offered = new Set(features);
  return variants.filter((variant) => variant.features.every((name) => offered.has(name)));
}

/** The kernel in every form that such a device can run: itself first. */
export const possibleForms = (kernel: Kernel, features: Iterable<string>): Kernel[] => [
  kernel,
  ...possibleVariants(kernel, features).map((variant) => asKernel(kernel, variant)),
];

/**
 * Gives the kernel the types of its shader: a binding or constant that is not there does not compile. The cases are
 * made when first asked for, which training never does.
 */
export function defineKernel<const S extends Shader>(
  kernel: Omit<Kernel<S>, 'cases'> & { cases(): readonly ParityCase<S>[] },
): Kernel<S> {
  let cases: readonly ParityCase<S>[] | undefined;
  return {
    ...kernel,
    get cases() {
      cases ??= kernel.cases();
      return cases;
    },
  };
}

/** Values to be filled in, of a step that trains nothing. */
export const emptyStep = (): StepValues => ({
  ...{ first: 0, rows: 0, slot: 0, index: 0 },
  ...NO_RATES,
  ...NO_MIXTURE,
});

/** The shader's constants, `given` ones in place of its defaults. Throws when a name is not the shader's. */
export function resolveConstants<S extends Shader>(
  shader: S,
  given: Partial<ConstantsOf<S>>,
): ConstantsOf<S> {
  const unknown = Object.keys(given).find((name) => !(name in shader.constants));
  if (unknown) throw new Error(`${shader.name} has no constant '${unknown}'`);
  const defaults = Object.entries(shader.constants).map(([name, { type, default: value }]) => [
    name,
    type === 'bool' ? value !== 0 : value,
  ]);
  return { ...Object.fromEntries(defaults), ...given } as ConstantsOf<S>;
}

/** The bindings that a shader writes. */
export function outputsOf(shader: Shader): string[] {
  return Object.keys(shader.bindings).filter((name) => shader.bindings[name].access === 'read_write');
}

/** The bindings that hold tensors. */
export function tensorsOf(shader: Shader): string[] {
  return Object.keys(shader.bindings).filter((name) => shader.bindings[name].access !== 'uniform');
}
