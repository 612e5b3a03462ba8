// One weight's step, by the formulas that PyTorch documents for torch.optim; α is the learning rate, g the gradient.
//   sgd       v ← μ v + g;  w ← w − α (nesterov ? g + μ v : v)
//   adam      m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  w ← w − α m̂ / (√v̂ + ε)
//   adamw     w ← w − α λ w first, then adam
//   nadam     adam with m̂ = μ₊ m / (1 − Π₊) + (1 − μ) g / (1 − Π), Π being the product of all μ so far
//   adamax    m as in adam;  u ← max(β₂ u, |g| + ε);  w ← w − α m / ((1 − β₁ᵗ) u)
//   rmsprop   v ← ρ v + (1 − ρ) g²;  a ← ρ a + (1 − ρ) g;  b ← μ b + g / (√(v − a²) + ε);  w ← w − α b
//             (a only when centered)
//   adagrad   s ← s + g²;  w ← w − α g / (√s + ε)
//   adadelta  v ← ρ v + (1 − ρ) g²;  d = g √(u + ε) / √(v + ε);  u ← ρ u + (1 − ρ) d²;  w ← w − α d
//   lion      c = β₁ m + (1 − β₁) g;  w ← w − α (sign c + λ w);  m ← β₂ m + (1 − β₂) g   (Chen et al., 2023)
// Bias corrections come from the host, in float64. So does 1 − β: taken in float32 here, 1 − 0.999 would be wrong
// by 1e-5.
override OPTIMIZER: u32 = 0;
override RATE_SCALE: f32 = 1.0; // the layer's share of the learning rate
override MOMENTUM: f32 = 0.0;
override NESTEROV: bool = false;
override CENTERED: bool = false;
override BETA_1: f32 = 0.9;
override BETA_2: f32 = 0.999; // and ρ
override ONE_MINUS_BETA_1: f32 = 0.1;
override ONE_MINUS_BETA_2: f32 = 0.001;
override EPSILON: f32 = 1e-8;
override WEIGHT_DECAY: f32 = 0.0;
override MOMENTS: u32 = 0; // numbers kept for each weight: 0 to 3

const SGD: u32 = 0u;
const ADAM: u32 = 1u;
const NADAM: u32 = 2u;
const ADAMAX: u32 = 3u;
const RMSPROP: u32 = 4u;
const ADAGRAD: u32 = 5u;
const ADADELTA: u32 = 6u;
const LION: u32 = 7u;

// @link lib/step.wgsl
struct Step { learning_rate: f32, rate: f32, gradient_rate: f32, correction: f32 }

// A weight and what the optimizer keeps for it, in the order in which the formulas introduce it.
struct Weight {
  value: f32,
  first: f32,
  second: f32,
  third: f32,
}

fn optimizer_step(old: Weight, gradient: f32, now: Step) -> Weight {
  var next = old;
  next.value -= now.learning_rate * RATE_SCALE * WEIGHT_DECAY * old.value;
  switch OPTIMIZER {
    case ADAM, NADAM, ADAMAX: { return adam_step(next, gradient, now); }
    case RMSPROP: {
      next.first = BETA_2 * old.first + ONE_MINUS_BETA_2 * gradient * gradient;
      var variance = next.first;
      if (CENTERED) {
        next.third = BETA_2 * old.third + ONE_MINUS_BETA_2 * gradient;
        variance = max(variance - next.third * next.third, 0.0);
      }
      next.second = MOMENTUM * old.second + gradient / (sqrt(variance) + EPSILON);
      next.value -= now.rate * RATE_SCALE * next.second;
    }
    case ADAGRAD: {
      next.first = old.first + gradient * gradient;
      next.value -= now.rate * RATE_SCALE * (gradient / (sqrt(next.first) + EPSILON));
    }
    case ADADELTA: {
      next.first = BETA_2 * old.first + ONE_MINUS_BETA_2 * gradient * gradient;
      let change = gradient * sqrt(old.second + EPSILON) / sqrt(next.first + EPSILON);
      next.second = BETA_2 * old.second + ONE_MINUS_BETA_2 * change * change;
      next.value -= now.rate * RATE_SCALE * change;
    }
    case LION: {
      next.value -= now.rate * RATE_SCALE * sign(BETA_1 * old.first + ONE_MINUS_BETA_1 * gradient);
      next.first = BETA_2 * old.first + ONE_MINUS_BETA_2 * gradient;
    }
    default: {
      next.first = MOMENTUM * old.first + gradient;
      let direction = select(next.first, gradient + MOMENTUM * next.first, NESTEROV);
      next.value -= now.rate * RATE_SCALE * direction;
    }
  }
  return next;
}

fn adam_step(old: Weight, gradient: f32, now: Step) -> Weight {
  var next = old;
  next.first = BETA_1 * old.first + ONE_MINUS_BETA_1 * gradient;
  if (OPTIMIZER == ADAMAX) {
    next.second = max(BETA_2 * old.second, abs(gradient) + EPSILON);
    next.value -= now.rate * RATE_SCALE * (next.first / next.second);
    return next;
  }
  next.second = BETA_2 * old.second + ONE_MINUS_BETA_2 * gradient * gradient;
  let root = sqrt(next.second) * now.correction + EPSILON;
  next.value -= now.rate * RATE_SCALE * (next.first / root);
  if (OPTIMIZER == NADAM) { next.value -= now.gradient_rate * RATE_SCALE * (gradient / root); }
  return next;
}
