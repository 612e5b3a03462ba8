/**
 * Mutants that no parity case can tell from the shader, by file, each with the reason. The test fails when one
 * is missing here, and when one is here that a case does tell.
 */
type Reasons = Readonly<Record<string, string>>;

const reasons = {
  clampedRows: 'saves work: threads beyond the last row store that row again',
  clampedIndex: 'an index beyond a vector is clamped: the last element again',
  ones: 'keeps reads inside: what column K reads is replaced by 1',
  unused: 'keeps reads inside: what is read beyond the last column is not stored',
  noMoments: 'without moments MOMENTUM is 0, and nothing reads the second moment',
  race: 'a race that no device here loses: races.test.ts has it',
  edge: 'tells of one float32 number, for which both ways are right',
  digits: 'changes the loss by less than the 9 ULP that a sum of it may be off',
  range: 'another range reduction: the series is good for it as well',
};

const guard: Reasons = {
  'main: [if (row >= current.rows) { return; } ⇒ ]': reasons.clampedRows,
  'main: if (row [>= ⇒ >] current.rows) { return; }': reasons.clampedRows,
};

const tileLoops: Reasons = {
  'main: for (var i = 0u; i [< ⇒ <=] 4u; i++) {': reasons.clampedIndex,
  'main: for (var j = 0u; j [< ⇒ <=] 4u; j++) {': reasons.clampedIndex,
};

const gradientInputs: Reasons = {
  'main: [if (row > K) { return; } ⇒ ]': reasons.clampedRows,
  'inputs: let at = row * K + min(columns, vec4u(K [- ⇒ +] 1u));': reasons.ones,
  'inputs: let at = row * K + min(columns, vec4u(K[ - 1u ⇒ ]));': reasons.ones,
};

const momentReads: Reasons = {
  'update: var old = Weight(parameters[i], [0.0 ⇒ 0.1], 0.0);': reasons.noMoments,
  'update: var old = Weight(parameters[i], 0.0, [0.0 ⇒ 0.1]);': reasons.noMoments,
  'update: if (MOMENTS [> ⇒ >=] 0u) { old.first = moments[i]; }': reasons.noMoments,
  'update: if (MOMENTS [> ⇒ >=] 1u) { old.second = moments[(K + 1u) * N + i]; }': reasons.noMoments,
};

/** The terms of the series for atanh from t⁷ on, by what becomes of them. */
const smallTerms = [
  '1.0 / 7.0 [+ ⇒ -] s * (1.0 / 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s [* ⇒ +] (1.0 / 9.0 + s * (1.0 / 11.0))',
  '[1.0 ⇒ 1.1] / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 [/ ⇒ *] 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * ([1.0 ⇒ 1.1] / 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 [+ ⇒ -] s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s [* ⇒ +] (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * ([1.0 ⇒ 1.1] / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 [/ ⇒ *] 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0[ / 11.0 ⇒ ]))',
].map((rest) => `two_atanh: let series = s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (${rest})));`);

const store = 'metrics[current.slot * groups.x + group.x] = sums[0];';

export const equivalentMutants: Readonly<Record<string, Reasons>> = {
  'shaders/dense_forward.wgsl': { ...guard, ...tileLoops },
  'shaders/hidden_delta.wgsl': { ...guard, ...tileLoops },
  'shaders/weight_gradient.wgsl': { ...gradientInputs, ...tileLoops },
  'shaders/weight_update.wgsl': momentReads,
  'shaders/gradient_update.wgsl': {
    ...gradientInputs,
    ...momentReads,
    'main: let columns = min(column + vec4u(0, 1, 2, 3), vec4u(N [- ⇒ +] 1u));': reasons.unused,
    'main: let columns = min(column + vec4u(0, 1, 2, 3), vec4u(N[ - 1u ⇒ ]));': reasons.unused,
  },
  'shaders/output_delta.wgsl': {
    'main: [sums[thread] = vec2f(); ⇒ ]': 'says aloud that workgroup memory starts at zero',
    'main: var loss = [0.0 ⇒ 0.1];': 'is overwritten by either loss',
    'main: if (thread [< ⇒ <=] half) { sums[thread] += sums[thread + half]; }': reasons.race,
    [`main: if (thread [== ⇒ !=] 0u) { ${store} }`]: reasons.race,
    [`main: if (thread == [0u ⇒ 1u]) { ${store} }`]: reasons.race,
    'cross_entropy: if (wanted != [0.0 ⇒ 0.1]) { loss += wanted * (log_sum - below); }':
      'keeps 0 · ∞ out of the sum, for logits further apart than float32 reaches',
  },
  'shaders/lib/activation.wgsl': {
    'logistic: return select(e, 1.0, x [>= ⇒ >] 0.0) / (1.0 + e);': reasons.edge,
    'tanh_accurate: return select(far, x + x * s * p, abs(x) [< ⇒ <=] 0.625);': reasons.edge,
  },
  'shaders/lib/exp.wgsl': {
    'exp_accurate: return select(scaled, 0.0, x [< ⇒ <=] -87.33);': reasons.edge,
    'exp_accurate: var p = [1 ⇒ 2].9875691500e-4;':
      'changes e^x by half an ULP: it is the factor of r⁷, r ≤ 0.35',
    'exp_accurate: let half = i32(n)[ / 2 ⇒ ];':
      'one factor is enough for x ≤ 0, and no kernel asks for more',
  },
  'shaders/lib/log1p.wgsl': {
    'log1p: if (x [< ⇒ <=] 0.41421356) {': reasons.edge,
    'log1p: if (x < 0.[4 ⇒ 5]1421356) {': reasons.range,
    'log1p: let lower = split.fract * SQRT_2 [< ⇒ <=] 1.0;': reasons.edge,
    'log1p: let lower = split.fract * SQRT_2 < [1.0 ⇒ 1.1];': reasons.range,
    'log1p: let lower = split.fract [* ⇒ +] SQRT_2 < 1.0;': reasons.range,
    'module: const SQRT_2: f32 = [1 ⇒ 2].41421356;': reasons.range,
    ...Object.fromEntries(smallTerms.map((text) => [text, reasons.digits])),
  },
};
