/** The random placements and mixtures of augmentation, in float64, and where a plan puts them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { augmentImages, augmentRows, dense, gaussianNoise, type Layer, sgd } from '../../src/index.ts';
import { augmentImageRows, drawPlacement } from '../../src/kernels/augment_images.ts';
import { type ConstantsOf, resolveConstants, type StepValues } from '../../src/kernels/kernel.ts';
import { type Augmentation, parseAugmentations } from '../../src/model/augmentation.ts';
import { parseLoss } from '../../src/model/losses.ts';
import { buildNetwork } from '../../src/model/network.ts';
import { NO_RATES } from '../../src/model/optimizers.ts';
import { drawMixture, NO_MIXTURE } from '../../src/model/random.ts';
import { planTraining } from '../../src/plan/training.ts';

type Constants = ConstantsOf<typeof augmentImageRows.shader>;
type Theta = readonly [readonly number[], readonly number[]];

const step: StepValues = { first: 0, rows: 1, slot: 0, index: 0, ...NO_RATES, ...NO_MIXTURE };

/**
 * torch.nn.functional.affine_grid, then grid_sample with mode='bilinear', padding_mode='zeros', both with
 * align_corners=False: places are −1 and 1 at the image's edges, θ takes the output's to the input's.
 */
function torchSample(image: readonly number[], H: number, W: number, theta: Theta): number[] {
  return image.map((_, i) => {
    const place = [(2 * (i % W) + 1) / W - 1, (2 * Math.floor(i / W) + 1) / H - 1, 1];
    const [x, y] = theta.map((row) => row[0] * place[0] + row[1] * place[1] + row[2] * place[2]);
    const [ix, iy] = [((x + 1) * W - 1) / 2, ((y + 1) * H - 1) / 2];
    const [west, north] = [Math.floor(ix), Math.floor(iy)];
    const at = (row: number, column: number) =>
      row >= 0 && row < H && column >= 0 && column < W ? image[row * W + column] : 0;
    return (
      at(north, west) * (west + 1 - ix) * (north + 1 - iy) +
      at(north, west + 1) * (ix - west) * (north + 1 - iy) +
      at(north + 1, west) * (west + 1 - ix) * (iy - north) +
      at(north + 1, west + 1) * (ix - west) * (iy - north)
    );
  });
}

/** θ for an image moved by (x, y) pixels, and turned and scaled around its centre. */
function thetaOf({ x, y, turns, scale }: ReturnType<typeof drawPlacement>, H: number, W: number): Theta {
  const cos = Math.cos(2 * Math.PI * turns) / scale;
  const sin = Math.sin(2 * Math.PI * turns) / scale;
  return [
    [cos, (sin * H) / W, (-2 * (cos * x + sin * y)) / W],
    [(-sin * W) / H, cos, (2 * (sin * x - cos * y)) / H],
  ];
}

test('images are what PyTorch’s affine_grid and grid_sample make of them', () => {
  const size = fc.integer({ min: 1, max: 9 });
  const share = fc.double({ min: 0, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(
      ...[size, size, fc.integer({ min: 0 }), share, share, share, share],
      (H, W, SEED, right, down, turn, ZOOM) => {
        const constants: Constants = resolveConstants(augmentImageRows.shader, {
          ...{ HEIGHT: H, WIDTH: W, SEED, SHIFT_X: right * W, SHIFT_Y: down * H, ROTATE: turn / 2, ZOOM },
        });
        const image = Array.from({ length: H * W }, (_, i) => Math.sin(1 + i));
        const batch = new Float64Array(H * W);
        const tensors = { data: Float64Array.from(image), permutation: new Float64Array(), batch };
        augmentImageRows.reference(tensors, constants, step);
        const wanted = torchSample(image, H, W, thetaOf(drawPlacement(constants, 0, 0), H, W));
        // A place is made of other products here: at a scale of a tenth, tens of pixels away, it may differ by 1e-13.
        batch.forEach((value, i) => {
          expect(Math.abs(value - wanted[i])).toBeLessThan(1e-12);
        });
      },
    ),
  );
});

test('placements fill their ranges evenly', () => {
  const constants: Constants = resolveConstants(augmentImageRows.shader, {
    ...{ HEIGHT: 6, WIDTH: 5, SEED: 99, SHIFT_X: 2, SHIFT_Y: 3, ROTATE: 0.25, ZOOM: 0.5 },
  });
  const placements = Array.from({ length: 4000 }, (_, i) =>
    drawPlacement(constants, i % 40, Math.floor(i / 40)),
  );
  const numbers: [(p: ReturnType<typeof drawPlacement>) => number, number, number][] = [
    [({ x }) => x, -2, 2],
    [({ y }) => y, -3, 3],
    [({ turns }) => turns, -0.25, 0.25],
    [({ scale }) => scale, 0.5, 1.5],
    [({ cut }) => cut[0] + 0.5, 0, 5],
    [({ cut }) => cut[1] + 0.5, 0, 6],
  ];
  for (const [number, low, high] of numbers) {
    const shares = placements.map((placement) => (number(placement) - low) / (high - low));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThan(1);
    const bins = new Array<number>(5).fill(0);
    for (const share of shares) bins[Math.floor(share * 5)]++;
    // Pixels of six fall into five bins by two and one.
    const expected = high === 6 ? [1, 1, 2, 1, 1].map((n) => (4000 * n) / 6) : bins.map(() => 800);
    // χ² of 4 degrees of freedom: above 18.5 once in a thousand seeds.
    const chiSquared = bins.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0);
    expect(chiSquared).toBeLessThan(18.5);
  }
});

describe('a mixture', () => {
  test('repeats with seed and step, and differs with either', () => {
    const drawn = drawMixture(0.2, 64, 3, 7);
    expect(drawMixture(0.2, 64, 3, 7)).toEqual(drawn);
    expect(drawMixture(0.2, 64, 4, 7)).not.toEqual(drawn);
    expect(drawMixture(0.2, 64, 3, 8)).not.toEqual(drawn);
  });

  test('is of each row with another, every one of them in its turn', () => {
    const partners = new Set(Array.from({ length: 200 }, (_, i) => drawMixture(1, 6, 1, i).partner));
    expect([...partners].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(drawMixture(1, 1, 1, 0).partner).toBe(0);
    expect(drawMixture(1, 2, 1, 0).partner).toBe(1);
  });

  // The distribution functions that have a short form.
  test.each<[number, (x: number) => number]>([
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
    [3, (x) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5],
  ])('has a share from Beta(α, α), α = %d', (alpha, distribution) => {
    const n = 4000;
    const shares = Array.from({ length: n }, (_, i) => drawMixture(alpha, 8, 5, i).mix).sort((a, b) => a - b);
    const gaps = shares.map((share, i) => Math.abs(distribution(share) - (i + 0.5) / n));
    // Kolmogorov and Smirnov: above 1.95 / √n once in a thousand seeds.
    expect(Math.max(...gaps)).toBeLessThan(1.95 / Math.sqrt(n));
  });

  test('has the variance of Beta(α, α) for every α, and stays in [0, 1]', () => {
    for (const alpha of [1e-4, 0.1, 0.2, 0.4, 10, 1e4]) {
      const shares = Array.from({ length: 4000 }, (_, i) => drawMixture(alpha, 8, 5, i).mix);
      for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
      const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length;
      expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.9);
      expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.1);
    }
  });
});

describe('a plan', () => {
  const network = (layers: Layer[]) => buildNetwork(layers, 1);
  const first = dense({ units: 4, activation: 'tanh', inputShape: [12] });
  const last = dense({ units: 3, activation: 'softmax', inputShape: [12] });
  const plan = (
    augment: Augmentation[],
    layers: Layer[] = [first, dense({ units: 3, activation: 'softmax' })],
  ) => {
    const net = network(layers);
    const objective = { loss: parseLoss('sparseCategoricalCrossentropy', net), optimizer: sgd() };
    return planTraining(net, objective, { batch: 8, samples: 20, slots: 4 }, { augment });
  };
  const calls = (...given: Parameters<typeof plan>) =>
    plan(...given).calls.map(({ kernel, tensors }) => `${kernel.shader.name} ${tensors.x ?? ''}`.trim());
  const rest = calls([]).slice(1);
  const images = augmentImages({ shape: [3, 2, 2] });

  test('puts images before the first layer, which reads them there', () => {
    expect(calls([])).toEqual(['dense_forward x', ...rest]);
    const augmented = calls([images]);
    expect(augmented.slice(0, 2)).toEqual(['augment_images', 'dense_forward x/images']);
    expect(augmented).toHaveLength(rest.length + 2);
    expect(augmented.at(-1)).toBe('gradient_update x/images');
  });

  test('draws the batch in the first augmentation, and takes no others than were asked for', () => {
    const gathers = ({ calls }: ReturnType<typeof plan>) =>
      calls.map(({ constants }) => constants.GATHER ?? false);
    expect(calls([augmentRows({})])).toEqual(calls([]));
    expect(calls([augmentRows({ jitter: 1 })])[0]).toBe('gaussian_noise x');
    expect(gathers(plan([augmentRows({ jitter: 1 })])).slice(0, 2)).toEqual([true, false]);
    const all = plan([images, augmentRows({ jitter: 1, mixup: 1 })]);
    expect(all.calls.slice(0, 5).map(({ kernel }) => kernel.shader.name)).toEqual([
      ...['augment_images', 'mixup', 'mixup', 'gaussian_noise', 'dense_forward'],
    ]);
    expect(gathers(all).slice(0, 5)).toEqual([true, false, true, false, false]);
  });

  test('turns labels that are mixed into targets, for the loss and the metrics', () => {
    const { calls: mixed, tensors } = plan([augmentRows({ mixup: 1 })], [last]);
    expect(tensors.get('target/mixed')?.shape).toEqual([8, 3]);
    const loss = mixed.find(({ kernel }) => kernel.shader.name === 'output_delta');
    expect(loss?.tensors.target_rows).toBe('target/mixed');
    expect(loss?.constants).toMatchObject({ SPARSE: false, WIDTH: 3, GATHER: false });
  });

  test('lets a first layer of noise draw the batch itself', () => {
    const noisy = calls([], [gaussianNoise({ stddev: 1, inputShape: [12] }), last]);
    expect(noisy.slice(0, 2)).toEqual(['gaussian_noise x', 'dense_forward gaussianNoise/output']);
  });
});

test('augmentations are plain data, with their defaults', () => {
  const given = [augmentImages({ shape: [3, 4], shift: 0.1 }), augmentRows({ mixup: 0.2 })];
  const kept = [
    { type: 'images', shape: [3, 4], shift: [0.1, 0.1], rotate: 0, zoom: 0, noise: 0, cutOut: 0 },
    { type: 'rows', jitter: 0, mixup: 0.2 },
  ];
  expect(given).toEqual(kept);
  const network = buildNetwork([dense({ units: 1, inputShape: [12] })], 0);
  expect(parseAugmentations(JSON.parse(JSON.stringify(given)), network)).toEqual(kept);
});
