// One weight's step, by the formulas that PyTorch documents for torch.optim.
//   sgd    v ← μ v + g;  w ← w − rate · (nesterov ? g + μ v : v)
//   adam   m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  w ← w − rate · m / (√v · correction + ε)
// with rate = α / (1 − β₁ᵗ) and correction = 1 / √(1 − β₂ᵗ) computed by the host in float64. 1 − β comes as a
// constant of its own: taken in float32 here, 1 − 0.999 would be wrong by 1e-5.
override OPTIMIZER: u32 = 0;
override RATE_SCALE: f32 = 1.0; // the layer's share of the learning rate
override MOMENTUM: f32 = 0.0;
override NESTEROV: bool = false;
override BETA_1: f32 = 0.9;
override BETA_2: f32 = 0.999;
override ONE_MINUS_BETA_1: f32 = 0.1;
override ONE_MINUS_BETA_2: f32 = 0.001;
override EPSILON: f32 = 1e-8;
override MOMENTS: u32 = 0; // moments kept for each weight: 0, 1 or 2

const SGD: u32 = 0u;
const ADAM: u32 = 1u;

struct Weight {
  value: f32,
  first: f32, // first moment or velocity
  second: f32, // second moment
}

fn optimizer_step(old: Weight, gradient: f32, rate: f32, correction: f32) -> Weight {
  var updated = old;
  switch OPTIMIZER {
    case ADAM: {
      updated.first = BETA_1 * old.first + ONE_MINUS_BETA_1 * gradient;
      updated.second = BETA_2 * old.second + ONE_MINUS_BETA_2 * gradient * gradient;
      let direction = updated.first / (sqrt(updated.second) * correction + EPSILON);
      updated.value = old.value - rate * RATE_SCALE * direction;
    }
    default: {
      updated.first = MOMENTUM * old.first + gradient;
      let direction = select(updated.first, gradient + MOMENTUM * updated.first, NESTEROV);
      updated.value = old.value - rate * RATE_SCALE * direction;
    }
  }
  return updated;
}
