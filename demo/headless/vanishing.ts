/** The browser's half of the experiment on vanishing gradients: ten dense layers on the digits, again and again. */
import { createRuntime, dense, type Runtime, sequential, sgd } from '../../src/index.ts';
import { loadDigits } from '../data/loadDigits.ts';
import { describeDevice } from './describeDevice.ts';
import { ProgressReport } from './progressReport.ts';
import { type NetResult, type VanishingRequest, type Variant, variants } from './vanishingProtocol.ts';

const pixels = 784;
const classes = 10;
const hidden = 9;
const units = 30;

type Digits = Awaited<ReturnType<typeof loadDigits>>;

window.compareGradients = async (request: VanishingRequest) => {
  const { backend, epochs, batchSize } = request;
  const runtime = await createRuntime({ backend });
  const digits = await loadDigits();
  const samples = digits.train.y.length;
  const allEpochs = variants.length * epochs;
  const progress = new ProgressReport(allEpochs * Math.ceil(samples / batchSize), allEpochs);

  const started = performance.now();
  const nets: NetResult[] = [];
  for (const variant of variants) nets.push(await trainNet(variant, digits, runtime, request, progress));
  const seconds = (performance.now() - started) / 1000;
  await progress.show();
  return { experiment: 'vanishing', ...describeDevice(runtime), samples, epochs, seconds, nets };
};

async function trainNet(
  variant: Variant,
  { train, test }: Digits,
  runtime: Runtime,
  { seed, epochs, batchSize }: VanishingRequest,
  { callbacks }: ProgressReport,
): Promise<NetResult> {
  const { activation, kernelInitializer } = variant;
  const layers = Array.from({ length: hidden }, () => dense({ units, activation, kernelInitializer }));
  layers[0] = dense({ units, activation, kernelInitializer, inputShape: [pixels] });
  const model = sequential({ seed, layers: [...layers, dense({ units: classes, activation: 'softmax' })] });
  // Plain steps: an optimizer that divides by the gradient's size would hide how small it is.
  const optimizer = sgd({ learningRate: 0.05 });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], runtime });

  const look = () =>
    model.gradientStats(train.x.subarray(0, batchSize * pixels), train.y.subarray(0, batchSize));
  const start = await look();
  const { history } = await model.fit(train.x, train.y, { epochs, batchSize, callbacks });
  const end = await look();
  const { accuracy } = await model.evaluate(test.x, test.y);
  model.dispose();
  return { ...variant, start, end, loss: history.loss, testAccuracy: accuracy };
}
