/**
 * Mutants that no parity case can tell from the shader, by file, each with the reason. The test fails when one
 * is missing here, and when one is here that a case does tell.
 */
type Reasons = Readonly<Record<string, string>>;

const reasons = {
  beyond: 'saves work: threads beyond the last row store nothing',
  ones: 'keeps reads inside: what column K reads is replaced by 1',
  unused: 'keeps reads inside: what is made of what lies beyond the last row or column is not stored',
  noMoments: 'what an optimizer does not keep, its formula does not use',
  race: 'a race that no device here loses: races.test.ts has it',
  unpenalised: 'what has no penalty is not asked how large it is',
  anyThread: 'all threads have the same to store',
  edge: 'tells of one number, at which both ways are right',
  digits: 'changes the result by less than a sum of losses may be off',
  range: 'another range reduction: the series is good for it as well',
  spare: 'one number more, which is put over later or is nobody’s',
};

/** `across`: how a thread's four rows, and its columns, lie. */
const clampedPlaces = (across: string, column: string): Reasons => ({
  [`multiply: let rows = min(row + vec4u(${across}), vec4u(row_count() [- ⇒ +] 1u));`]: reasons.unused,
  [`multiply: let rows = min(row + vec4u(${across}), vec4u(row_count()[ - 1u ⇒ ]));`]: reasons.unused,
  [`multiply: let columns = min(${column} + vec4u(${across}), vec4u(column_count() [- ⇒ +] 1u));`]:
    reasons.unused,
  [`multiply: let columns = min(${column} + vec4u(${across}), vec4u(column_count()[ - 1u ⇒ ]));`]:
    reasons.unused,
});

const clampedPlace = (start: string, place: string, count: string): Reasons => ({
  [`multiply: ${start}(min(${place}, ${count} [- ⇒ +] 1u));`]: reasons.unused,
  [`multiply: ${start}(min(${place}, ${count}[ - 1u ⇒ ]));`]: reasons.unused,
});

/** `name`: the function, `i` the weight's place, `size` a layer's parameters, all as the shader has it. */
const momentReads = (name: string, i: string, size: string): Reasons => ({
  [`${name}: var weight = Weight(parameters[${i}], [0.0 ⇒ 0.1], 0.0, 0.0);`]: reasons.noMoments,
  [`${name}: var weight = Weight(parameters[${i}], 0.0, [0.0 ⇒ 0.1], 0.0);`]: reasons.noMoments,
  [`${name}: var weight = Weight(parameters[${i}], 0.0, 0.0, [0.0 ⇒ 0.1]);`]: reasons.noMoments,
  [`${name}: if (MOMENTS [> ⇒ >=] 0u) { weight.first = moments[${i}]; }`]: reasons.noMoments,
  [`${name}: if (MOMENTS [> ⇒ >=] 1u) { weight.second = moments[${size} + ${i}]; }`]: reasons.noMoments,
  [`${name}: if (MOMENTS [> ⇒ >=] 2u) { weight.third = moments[2u * ${size} + ${i}]; }`]: reasons.noMoments,
});

/** A workgroup's sum of 64 numbers, stored by its first thread. */
const sumOfThreads = (store: string): Reasons => ({
  'main: if (thread [< ⇒ <=] half) { sums[thread] += sums[thread + half]; }': reasons.race,
  [`main: if (thread [== ⇒ !=] 0u) {${store}`]: reasons.race,
  [`main: if (thread == [0u ⇒ 1u]) {${store}`]: reasons.race,
});

/** The terms of the series for atanh from t⁷ on, by what becomes of them. */
const smallTerms = [
  '1.0 / 7.0 [+ ⇒ -] s * (1.0 / 9.0 + s * (1.0 / 11.0))',
  '[1.0 ⇒ 1.1] / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * ([1.0 ⇒ 1.1] / 9.0 + s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 [+ ⇒ -] s * (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s [* ⇒ +] (1.0 / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * ([1.0 ⇒ 1.1] / 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 [/ ⇒ *] 11.0))',
  '1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0[ / 11.0 ⇒ ]))',
].map((rest) => `two_atanh: let series = s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (${rest})));`);

export const equivalentMutants: Readonly<Record<string, Reasons>> = {
  'shaders/lib/matmul/registers.wgsl': {
    'multiply: [if (row >= row_count()) { return; } ⇒ ]': reasons.beyond,
    'multiply: if (row [>= ⇒ >] row_count()) { return; }': reasons.beyond,
    ...clampedPlaces('0, 1, 2, 3', 'column'),
  },
  'shaders/lib/matmul/vectors.wgsl': {
    'multiply: [if (row >= row_count()) { return; } ⇒ ]': reasons.beyond,
    'multiply: if (row [>= ⇒ >] row_count()) { return; }': reasons.beyond,
    'row_starts: let rows = min(row + vec4u(0, 1, 2, 3), vec4u(row_count() [- ⇒ +] 1u));': reasons.unused,
    'row_starts: let rows = min(row + vec4u(0, 1, 2, 3), vec4u(row_count()[ - 1u ⇒ ]));': reasons.unused,
  },
  'shaders/lib/quads.wgsl': {
    'multiply: for (; term [+ ⇒ -] 3u < term_count(); term += 4u) {':
      'saves work: term by term goes as well as four at a time',
    'multiply: for (var n = 0u; n [< ⇒ <=] SIDE; n++) { // @unroll':
      'loads the last of its columns twice: an index beyond an array is its last',
    ...clampedPlace('a_at[i] = left_start', 'row + 4u * i', 'row_count()'),
    ...clampedPlace('b_at[i] = right_start', 'column + lane + 4u * i', 'column_count()'),
  },
  'shaders/lib/matmul/split.wgsl': {
    'multiply: [workgroupBarrier(); ⇒ ]': reasons.race,
    'multiply: if (own [< ⇒ <=] half) { parts[own] = parts[own] + parts[own + half]; }': reasons.race,
    ...clampedPlaces('0, 1, 2, 3', 'column'),
  },
  'shaders/weight_update.wgsl': momentReads('update', 'i', 'SIZE'),
  'shaders/gradient_update.wgsl': momentReads('store', 'at', '(K + 1u) * N'),
  'shaders/output_delta.wgsl': {
    ...sumOfThreads(' metrics[current.slot * STRIDE + group.x] = sums[0]; }'),
    'main: [sums[thread] = vec2f(); ⇒ ]': 'says aloud that workgroup memory starts at zero',
  },
  'shaders/metric_sums.wgsl': sumOfThreads(''),
  'shaders/weight_penalty.wgsl': sumOfThreads(''),
  'shaders/gradient_norm.wgsl': sumOfThreads(' squares[OFFSET + group.x] = sums[0]; }'),
  'shaders/clip_scale.wgsl': sumOfThreads(
    ' gradient_scale[0] = min(1.0, CLIP_NORM / (sqrt(sums[0]) + 1e-6)); }',
  ),
  'shaders/normalization_forward.wgsl': {
    'main: [workgroupBarrier(); ⇒ ]': reasons.race,
    'main: if (thread [< ⇒ <=] half) { sums[thread] += sums[thread + half]; }': reasons.race,
    'main: if (thread == [0u ⇒ 1u]) {': reasons.anyThread,
  },
  'shaders/normalization_backward.wgsl': {
    'main: [workgroupBarrier(); ⇒ ]': reasons.race,
    'main: if (thread [< ⇒ <=] half) { sums[thread] += sums[thread + half]; }': reasons.race,
    'main: if (of_feature && thread [== ⇒ !=] 0u) {': reasons.anyThread,
    'main: if (of_feature && thread == [0u ⇒ 1u]) {': reasons.anyThread,
    'main: gradient[line] = full_gradient(total.x, [0.0 ⇒ 0.1], false);': reasons.unpenalised,
    'main: gradient[N + line] = full_gradient(total.y, [0.0 ⇒ 0.1], false);': reasons.unpenalised,
  },
  'shaders/class_counts.wgsl': {
    'main: let bin = min(u32(clamp(out, 0.0, [1.0 ⇒ 1.1]) * f32(BINS)), BINS - 1u);':
      'outputs beyond 1 fall into the last bin either way',
  },
  'shaders/augment_images.wgsl': {
    'main: if (NOISE [> ⇒ >=] 0.0) { value += NOISE * standard_normal(SEED + 1u, current.index, row * SIZE + i); }':
      'saves work: noise of deviation 0 changes nothing',
  },
  'shaders/dropout.wgsl': {
    'main: y[i] = select(x[i] * SCALE, 0.0, random_bits(SEED, current.index, i) [< ⇒ <=] THRESHOLD);':
      'tells of one in 2³² patterns of random bits',
  },
  'shaders/train_head.wgsl': {
    'main: [workgroupBarrier(); ⇒ ]': reasons.race,
    'main: [storageBarrier(); ⇒ ]': reasons.race,
    'main: if (thread == [0u ⇒ 1u]) { store_sums(); }': reasons.race,
    'store_sums: for (var i = 0u; i [< ⇒ <=] half; i++) { sums[i] += sums[i + half]; }': reasons.spare,
    'update: let input = select(x[row * K + min(k, K [- ⇒ +] 1u)], 1.0, k == K);': reasons.ones,
    'update: let input = select(x[row * K + min(k, K[ - 1u ⇒ ])], 1.0, k == K);': reasons.ones,
    ...momentReads('update_weight', 'i', '(K + 1u) * N'),
  },
  'shaders/train_small.wgsl': {
    'dropped: return select(value * op.scale, 0.0, random_bits(op.seed, now.index, i) [< ⇒ <=] op.threshold);':
      'tells of one in 2³² patterns of random bits',
    'forward: for (var i = thread; i [< ⇒ <=] now.rows * op.units; i += LANES) { store(op.output + i, output_of(op, i)); }':
      reasons.spare,
    'losses: [if (group > 0u) { synchronise(); } ⇒ ]': reasons.race,
    'losses: for (var t = thread; t [< ⇒ <=] 2u * HALF; t += LANES) {': reasons.spare,
    'losses: if (group > [0u ⇒ 1u]) { synchronise(); }': reasons.race,
    'losses: if (group [> ⇒ >=] 0u) { synchronise(); }': 'waits once more than it must',
    'main: [synchronise(); ⇒ ]': reasons.race,
    'main: for (var i = 0u; i [< ⇒ <=] COUNT; i++) { // @unroll':
      'does the last operation twice, with the same result',
    'main: for (var i = thread; i [< ⇒ <=] KEPT; i += LANES) { memory[i] = state[i]; }': reasons.spare,
    'main: for (var i = thread; i [< ⇒ <=] KEPT; i += LANES) { state[i] = memory[i]; }': reasons.spare,
    'main: for (var i = thread; i [< ⇒ <=] now.rows * K; i += LANES) {': reasons.spare,
    'penalties: [synchronise(); ⇒ ]': reasons.race,
    'penalties: for (var start = 0u; start [< ⇒ <=] size; start += 4096u) {':
      'tells of layers of exactly 4096 weights, to which it adds 0 in a place of the next',
    'penalties: for (var t = thread; t [< ⇒ <=] 64u; t += LANES) {': reasons.spare,
    'store_sum: for (var t = thread; t [< ⇒ <=] half; t += LANES) { set_sum(t, sum_at(t) + sum_at(t + half)); }':
      reasons.race,
    'store_sum: if (thread == [0u ⇒ 1u]) { metrics[place] = sum_at(0u) * factor; }': reasons.race,
    'store_sum: if (thread [== ⇒ !=] 0u) { metrics[place] = sum_at(0u) * factor; }': reasons.race,
    'update: if (MOMENTS [> ⇒ >=] 0u) { weight.first = fetch(moments); }': reasons.noMoments,
    'update: if (MOMENTS [> ⇒ >=] 1u) { weight.second = fetch(moments + size); }': reasons.noMoments,
    'update: if (MOMENTS [> ⇒ >=] 2u) { weight.third = fetch(moments + 2u * size); }': reasons.noMoments,
    'update: let input = select(1.0, fetch(op.input + m * op.inputs + min(k, op.inputs [- ⇒ +] 1u)), k < op.inputs);':
      reasons.ones,
    'update: let input = select(1.0, fetch(op.input + m * op.inputs + min(k, op.inputs[ - 1u ⇒ ])), k < op.inputs);':
      reasons.ones,
    'update: var weight = Weight(fetch(place), 0.0, 0.0, [0.0 ⇒ 0.1]);': reasons.noMoments,
    'update: var weight = Weight(fetch(place), 0.0, [0.0 ⇒ 0.1], 0.0);': reasons.noMoments,
    'update: var weight = Weight(fetch(place), [0.0 ⇒ 0.1], 0.0, 0.0);': reasons.noMoments,
  },
  'shaders/lib/loss.wgsl': {
    'cross_entropy: if (wanted != [0.0 ⇒ 0.1]) { loss += wanted * (log_sum - below + entropy(wanted)); }':
      'keeps 0 · ∞ out of the sum, for logits further apart than float32 reaches',
    'output_loss: let linear = select(-wanted * out, (1.0 - wanted) * out, out [> ⇒ >=] 0.0);': reasons.edge,
  },
  'shaders/lib/activation.wgsl': {
    'activation: case LEAKY_RELU: { return select(a * x, x, x [> ⇒ >=] 0.0); }': reasons.edge,
    'logistic: return select(e, 1.0, x [>= ⇒ >] 0.0) / (1.0 + e);': reasons.edge,
    'tanh_accurate: return select(far, x + x * s * p, abs(x) [< ⇒ <=] 0.625);': reasons.edge,
    'exponential_unit: return select(alpha * expm1_accurate(min(x, 0.0)), x, x [> ⇒ >=] 0.0);': reasons.edge,
    'exponential_unit: return select(alpha * expm1_accurate(min(x, [0.0 ⇒ 0.1])), x, x > 0.0);':
      'keeps an unused e^x from overflowing',
    'mish_derivative: let remainder = select(2.0 / below, 2.0 * e * e / above, x [> ⇒ >=] 0.0);':
      reasons.edge,
    'normal_cdf: return select(tail, 1.0 - tail, x [> ⇒ >=] 0.0);': reasons.edge,
    'tanh_softplus: return select(below / (below + 2.0), above / (above + 2.0 * e * e), x [> ⇒ >=] 0.0);':
      reasons.edge,
  },
  'shaders/lib/exp.wgsl': {
    'exp_accurate: return select(scaled, 0.0, x [< ⇒ <=] -87.33);': reasons.edge,
    'exp_accurate: let half = i32(n)[ / 2 ⇒ ];':
      'one factor is enough for x ≤ 0, and no kernel asks for more',
    'expm1_accurate: return select(exp_accurate(x) - 1.0, reduced_expm1(x), abs(x) [< ⇒ <=] HALF_LN2);':
      reasons.edge,
    'module: const HALF_LN2: f32 = 0.[3 ⇒ 4]4657359;': reasons.range,
    'reduced_expm1: var p = [1 ⇒ 2].9875691500e-4;':
      'changes e^x − 1 by half an ULP: it is the factor of r⁷, r ≤ 0.35',
  },
  'shaders/lib/random.wgsl': {
    'sin_turns: var p = [1.0 ⇒ 1.1] / 6227020800.0;':
      'changes the sine by a twentieth of an ULP of 1: it is the last term',
  },
  'shaders/lib/log.wgsl': {
    'log1p: if (x [> ⇒ >=] -0.29 && x < 0.41421356) {': reasons.edge,
    'log1p: if (x > -0.29 && x [< ⇒ <=] 0.41421356) {': reasons.edge,
    'log1p: if (x > -0.29 && x < 0.[4 ⇒ 5]1421356) {': reasons.range,
    'log_accurate: let lower = split.fract * SQRT_2 [< ⇒ <=] 1.0;': reasons.edge,
    'log_accurate: let lower = split.fract * SQRT_2 < [1.0 ⇒ 1.1];': reasons.range,
    ...Object.fromEntries(smallTerms.map((text) => [text, reasons.digits])),
  },
};
