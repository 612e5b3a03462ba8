import { checkNotNegative, checkOneOf, checkOptions, fail } from './check.ts';

interface Fans {
  readonly inputs: number;
  readonly units: number;
}

/** The variance that each initialiser wants, from fan-in and fan-out. */
const variances = {
  /** Glorot & Bengio, AISTATS 2010: keeps the variance of outputs and of gradients. */
  glorot: ({ inputs, units }: Fans) => 2 / (inputs + units),
  /** He et al., ICCV 2015: the same for relu, which halves the variance. */
  he: ({ inputs }: Fans) => 2 / inputs,
  /** LeCun et al., Efficient BackProp, 1998. */
  lecun: ({ inputs }: Fans) => 1 / inputs,
} as const;

/** The initialisers' parameters, with their defaults. */
const parameters = {
  zeros: {},
  ones: {},
  constant: { value: 0 },
  /** Uniform over [minval, maxval). */
  randomUniform: { minval: -0.05, maxval: 0.05 },
  randomNormal: { mean: 0, stddev: 0.05 },
  /** Normal, drawn again beyond two standard deviations. */
  truncatedNormal: { mean: 0, stddev: 0.05 },
  glorotUniform: {},
  glorotNormal: {},
  heUniform: {},
  heNormal: {},
  lecunUniform: {},
  lecunNormal: {},
  /** Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al., 2014). */
  orthogonal: { gain: 1 },
} as const;

export type InitializerName = keyof typeof parameters;

interface InitializerParameters {
  readonly value?: number;
  readonly minval?: number;
  readonly maxval?: number;
  readonly mean?: number;
  readonly stddev?: number;
  readonly gain?: number;
}

/** An initialiser as given: a name, or an object where its parameters are to differ from the defaults. */
export type InitializerOption =
  | InitializerName
  | ({ readonly name: InitializerName } & InitializerParameters);

/** An initialiser as kept, with the parameters it has. */
export type Initializer = { readonly name: InitializerName } & InitializerParameters;

const names = Object.keys(parameters) as InitializerName[];

export function parseInitializer(argument: string, option: unknown): Initializer {
  const isObject = typeof option === 'object' && option !== null;
  const { name: given, ...values } = (isObject ? option : { name: option }) as Initializer;
  const name = checkOneOf(argument, given, names);
  checkOptions(`${argument} ${name}`, values, Object.keys(parameters[name]));
  for (const [key, value] of Object.entries(values)) {
    if (key === 'stddev') checkNotNegative(`${argument}.stddev`, value);
    else if (!Number.isFinite(value)) fail(`${argument}.${key}`, value, 'a number');
  }
  return { name, ...parameters[name], ...values };
}

/** `rows` × `columns` numbers for a layer with these fans, rounded to float32 as every device will hold them. */
export function initialValues(
  initializer: Initializer,
  [rows, columns]: readonly [number, number],
  fans: Fans,
  uniform: () => number,
): Float32Array {
  if (initializer.name === 'orthogonal') {
    return Float32Array.from(orthogonal(rows, columns, uniform), (v) => v * (initializer.gain ?? 1));
  }
  const draw = sampler(initializer, fans, uniform);
  return Float32Array.from({ length: rows * columns }, draw);
}

/** A function that draws one number. */
function sampler({ name, ...given }: Initializer, fans: Fans, uniform: () => number): () => number {
  const { value = 0, minval = 0, maxval = 0, mean = 0, stddev = 0 } = given;
  switch (name) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'constant':
      return () => value;
    case 'randomUniform':
      return () => minval + (maxval - minval) * uniform();
    case 'randomNormal':
      return () => mean + stddev * standardNormal(uniform);
    case 'truncatedNormal':
      return () => mean + stddev * truncatedNormal(uniform);
    default:
      return scaledSampler(name as keyof typeof scaled, fans, uniform);
  }
}

/** Draws with the variance that the initialiser's family wants. */
function scaledSampler(name: keyof typeof scaled, fans: Fans, uniform: () => number): () => number {
  const { variance, shape } = scaled[name];
  if (shape === 'uniform') return () => Math.sqrt(3 * variance(fans)) * (2 * uniform() - 1);
  const deviation = Math.sqrt(variance(fans));
  // Cutting off at two deviations takes variance away; this gives it back (as Keras does).
  return () => (deviation / TRUNCATED_DEVIATION) * truncatedNormal(uniform);
}

const scaled = {
  glorotUniform: { variance: variances.glorot, shape: 'uniform' },
  glorotNormal: { variance: variances.glorot, shape: 'normal' },
  heUniform: { variance: variances.he, shape: 'uniform' },
  heNormal: { variance: variances.he, shape: 'normal' },
  lecunUniform: { variance: variances.lecun, shape: 'uniform' },
  lecunNormal: { variance: variances.lecun, shape: 'normal' },
} as const;

/** Standard deviation of a standard normal distribution cut off at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Box and Muller. */
function standardNormal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function truncatedNormal(uniform: () => number): number {
  for (;;) {
    const value = standardNormal(uniform);
    if (Math.abs(value) <= 2) return value;
  }
}

/** A random matrix with orthonormal rows or columns: Gram–Schmidt, twice for accuracy, on normal vectors. */
function orthogonal(rows: number, columns: number, uniform: () => number): Float64Array {
  const count = Math.min(rows, columns);
  const size = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length: size }, () => standardNormal(uniform));
    for (const other of [...vectors, ...vectors]) {
      const overlap = vector.reduce((sum, v, i) => sum + v * other[i], 0);
      for (let i = 0; i < size; i++) vector[i] -= overlap * other[i];
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((v) => v / norm));
  }
  const at = (row: number, column: number) => (rows <= columns ? vectors[row][column] : vectors[column][row]);
  return Float64Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
}
