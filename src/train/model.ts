import { type Preprocessing, parsePreprocessing } from '../data/preprocessing.ts';
import { checkBatchSize, type LabelledRows, type RowsInput, toRows } from '../data/rows.ts';
import { type Augmentation, parseAugmentations } from '../model/augmentation.ts';
import { checkBoolean, checkOptions, checkPositive, checkPositiveInteger, fail } from '../model/check.ts';
import type { Layer } from '../model/layers.ts';
import { type Loss, type LossOption, parseLoss } from '../model/losses.ts';
import { type Metric, parseMetrics } from '../model/metrics.ts';
import { type Network, parseNetwork } from '../model/network.ts';
import { type Optimizer, parseOptimizer } from '../model/optimizers.ts';
import { printNetwork } from '../model/summary.ts';
import type { LayerGradient } from '../plan/gradientStats.ts';
import type { Objective } from '../plan/training.ts';
import { Runtime } from '../runtime/runtime.ts';
import { CallbackList, type Callbacks, type Logs, type TrainedModel } from './callbacks.ts';
import { disposeAll, uploadData } from './dataset.ts';
import { type History, runEpochs } from './fit.ts';
import { type DataOptions, parseData, parseFitData } from './fitData.ts';
import { Home } from './home.ts';
import { Evaluator, Predictor } from './inference.ts';
import { inspectGradients } from './inspection.ts';
import type { Session } from './session.ts';
import { Tally } from './tally.ts';
import { Trainer } from './trainer.ts';
import { parseWeights, splitTensors, type Weight, type WeightInput } from './weights.ts';

export interface SequentialOptions {
  layers: readonly Layer[];
  /** An integer that initial weights and shuffling follow from. */
  seed?: number;
  /** How the tables that it is trained on become its inputs: kept with the model, which itself takes numbers. */
  preprocessing?: Preprocessing;
}

export interface CompileOptions {
  optimizer: Optimizer;
  loss: LossOption;
  metrics?: readonly Metric[];
  /** Largest global norm of the gradient, over all parameters: it is scaled down to that. */
  clipNorm?: number;
  /** Largest magnitude of each number of the gradient. */
  clipValue?: number;
  runtime?: Runtime;
}

export interface TrainerOptions {
  batchSize?: number;
  /** A new order of the rows every epoch, from the model's seed; else they come as they are. */
  shuffle?: boolean;
  /** What to do to the rows of a step before the network sees them, in turn; evaluation takes rows as they are. */
  augment?: Augmentation | readonly Augmentation[];
}

export interface FitOptions extends TrainerOptions, DataOptions {
  epochs?: number;
  callbacks?: Callbacks | readonly Callbacks[];
  /** Stops the training between submissions; `fit` then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Keep the loss of every step. */
  recordSteps?: boolean;
}

interface Compiled extends Objective {
  readonly metrics: readonly Metric[];
}

const TRAINER_OPTIONS = ['batchSize', 'shuffle', 'augment'];
const FIT_OPTIONS = [
  ...['epochs', 'callbacks', 'signal', 'recordSteps'],
  ...['validationSplit', 'validationData', 'sampleWeight', 'classWeight'],
];
const DEFAULT_BATCH = 32;
/** Rows at a time where it does not change the result. */
const INFERENCE_BATCH = 512;

/** A network with its weights: layer after layer. */
export class Sequential implements TrainedModel {
  /** Set to true by a callback, ends the training after the epoch. */
  stopTraining = false;
  /** Multiplies the optimizer's learning rate; 1 again after the next `compile`. */
  learningRateFactor = 1;
  readonly #network: Network;
  #compiled: Compiled | undefined;
  readonly #home: Home;
  #batchTrainer: { rows: number; trainer: Trainer } | undefined;
  readonly #predictor = new Predictor();
  #training = false;

  /** @internal */
  constructor(
    network: Network,
    /** What `sequential` was given to keep: for `encodeInputs` and its kin. */
    readonly preprocessing?: Preprocessing,
  ) {
    this.#network = network;
    this.#home = new Home(network, () => {
      this.#dropBatchTrainer();
      this.#predictor.clear();
    });
  }

  /**
   * Says how to train. Weights stay as they are; what the optimizer remembers starts anew.
   * @throws when an option is wrong, or the loss does not fit the last activation
   */
  compile(options: CompileOptions): void {
    checkOptions('compile', options, ['optimizer', 'loss', 'metrics', 'clipNorm', 'clipValue', 'runtime']);
    const { runtime, clipNorm, clipValue } = options;
    if (runtime !== undefined) checkRuntime(runtime);
    this.#checkIdle('compile');
    this.#compiled = {
      optimizer: parseOptimizer(options.optimizer),
      loss: parseLoss(options.loss, this.#network),
      metrics: parseMetrics(options.metrics ?? [], this.#network),
      clipNorm: clipNorm === undefined ? undefined : checkPositive('clipNorm', clipNorm),
      clipValue: clipValue === undefined ? undefined : checkPositive('clipValue', clipValue),
    };
    this.#home.compile(runtime);
    this.learningRateFactor = 1;
  }

  /**
   * Takes the model to another runtime with all that its training has become: moments, averages and the count of
   * steps too, where `compile` starts those anew. Trainers made before have to be asked for again.
   * @throws when `runtime` is none, the model is training, or its device has failed; then it stays where it is
   */
  async moveTo(runtime: Runtime): Promise<void> {
    checkRuntime(runtime);
    this.#checkIdle('moveTo');
    await this.#home.moveTo(runtime);
  }

  /**
   * Trains.
   * @param x rows × inputs
   * @param y rows × outputs, or labels for the sparse loss
   * @throws when an argument is wrong, the signal aborts, or the device fails; the model stays usable
   */
  async fit(x: RowsInput, y: RowsInput, options: FitOptions = {}): Promise<History> {
    checkOptions('fit', options, [...TRAINER_OPTIONS, ...FIT_OPTIONS]);
    const { loss, metrics } = this.#checkCompiled('fit');
    const { data, validation } = parseFitData(this.#network, loss, x, y, options);
    const settings = {
      epochs: checkPositiveInteger('epochs', options.epochs ?? 1),
      recordSteps: checkBoolean('recordSteps', options.recordSteps ?? false),
      callbacks: new CallbackList(options.callbacks),
      signal: options.signal,
      metrics,
    };
    if (settings.signal !== undefined && typeof settings.signal?.throwIfAborted !== 'function') {
      fail('signal', settings.signal, 'an AbortSignal');
    }
    settings.signal?.throwIfAborted();
    return this.#train('fit', async () => {
      const { session, trainer } = await this.#createTrainer(data, options, settings.epochs);
      let evaluator: Evaluator | undefined;
      try {
        if (validation)
          evaluator = await Evaluator.create(session, { loss, metrics }, validation, INFERENCE_BATCH);
        const history = await runEpochs(this, trainer, evaluator, settings);
        const { choice } = this.#home;
        return { ...history, backend: session.executor.backend, ...(choice ? { choice } : {}) };
      } finally {
        evaluator?.dispose();
        trainer.dispose();
      }
    });
  }

  /** Training by hand, for animation frames and benchmarks. One at a time: dispose of it before the next `fit`. */
  async trainer(x: RowsInput, y: RowsInput, options: TrainerOptions = {}): Promise<Trainer> {
    checkOptions('trainer', options, TRAINER_OPTIONS);
    const data = parseData(this.#network, this.#checkCompiled('trainer').loss, x, y);
    return (await this.#createTrainer(data, options)).trainer;
  }

  /** One step on exactly these rows; returns its loss and metrics from before the update. */
  async trainOnBatch(x: RowsInput, y: RowsInput): Promise<Logs> {
    const { loss, metrics } = this.#checkCompiled('trainOnBatch');
    const data = parseData(this.#network, loss, x, y);
    return this.#train('trainOnBatch', async () => {
      const trainer = await this.#trainerForBatch(data);
      const tally = new Tally();
      await trainer.run(1, { onSteps: (results) => tally.add(results) });
      return tally.logs(metrics);
    });
  }

  /** Loss and metrics over these rows; changes nothing. */
  async evaluate(x: RowsInput, y: RowsInput, options: { batchSize?: number } = {}): Promise<Logs> {
    checkOptions('evaluate', options, ['batchSize']);
    const { loss, metrics } = this.#checkCompiled('evaluate');
    const data = parseData(this.#network, loss, x, y);
    const batchSize = checkBatchSize(options.batchSize ?? INFERENCE_BATCH);
    return this.#evaluator(data, { loss, metrics }, batchSize, (evaluator) => evaluator.run());
  }

  /**
   * How often each class, a row, was taken for each class, a column; a single output has two classes.
   * @throws when an argument is wrong
   */
  async confusionMatrix(x: RowsInput, y: RowsInput): Promise<number[][]> {
    const { loss } = this.#checkCompiled('confusionMatrix');
    const data = parseData(this.#network, loss, x, y);
    const settings = { loss, metrics: ['precision'] as const };
    const classes = Math.max(2, this.#network.outputs);
    return this.#evaluator(data, settings, INFERENCE_BATCH, (evaluator) =>
      evaluator.confusionMatrix(classes),
    );
  }

  /**
   * How the gradient of the loss over these rows, one batch, reaches each layer with parameters at the present
   * weights, with the dropout of the next step; changes nothing.
   * @throws when an argument is wrong
   */
  async gradientStats(x: RowsInput, y: RowsInput): Promise<LayerGradient[]> {
    const compiled = this.#checkCompiled('gradientStats');
    const rows = parseData(this.#network, compiled.loss, x, y);
    return this.#home.use(async (session) => {
      const data = await uploadData(session.executor, rows.x, rows.target);
      try {
        return await inspectGradients(session, compiled, data, rows.x.count);
      } finally {
        disposeAll(data);
      }
    });
  }

  /**
   * The network's output for every row of x: rows × outputs, row after row. Like all that only looks at the model, it
   * runs where that is: with `auto`, where it trained last, else on the CPU.
   */
  async predict(x: RowsInput, options: { batchSize?: number } = {}): Promise<Float32Array> {
    checkOptions('predict', options, ['batchSize']);
    const batchSize = checkBatchSize(options.batchSize ?? INFERENCE_BATCH);
    const rows = toRows('x', x, this.#network.inputs);
    return this.#home.use((session) => this.#predictor.predict(session, rows, batchSize));
  }

  /**
   * The weights of every layer that has any, in the layers' order: kernel, bias; gamma, beta, moving_mean,
   * moving_variance. Copies.
   */
  async getWeights(): Promise<Weight[]> {
    return splitTensors(this.#network, await this.#home.use((session) => session.readLayers()));
  }

  /**
   * Replaces all weights, in the order of `getWeights`.
   * @throws when number or sizes differ; then no weight has changed
   */
  async setWeights(weights: readonly WeightInput[]): Promise<void> {
    const contents = parseWeights(this.#network, weights);
    await this.#home.use((session) => session.exclusively(async () => session.writeLayers(contents)));
  }

  /**
   * The weights become their moving average, where the optimizer keeps one (`useEma`), as at the end of `fit`:
   * for trainers and single batches. The average itself goes on from where it is.
   */
  async applyAverage(): Promise<void> {
    await this.#home.use((session) => session.applyAverages());
  }

  /** The layers, their widths, activations and parameters, and what `auto` has chosen, as printable text. */
  summary(): string {
    const network = printNetwork(this.#network);
    const { choice } = this.#home;
    return choice ? `${network}\nruns on ${choice.backend}: ${choice.reason}` : network;
  }

  /** The network without its weights, as plain data that `sequential` takes again. */
  toJSON(): SequentialOptions {
    const { seed, layers } = this.#network;
    return { seed, layers: layers as readonly Layer[], preprocessing: this.preprocessing };
  }

  /** Frees what the model holds on its device. The model cannot be used afterwards. */
  dispose(): void {
    this.#checkIdle('dispose');
    this.#home.dispose();
  }

  /** Where it runs fastest, as far as that is to be chosen. */
  async #createTrainer(
    data: LabelledRows,
    { batchSize, shuffle, augment }: TrainerOptions,
    epochs?: number,
  ): Promise<{ session: Session; trainer: Trainer }> {
    const settings = {
      ...this.#checkCompiled('trainer'),
      rateFactor: () => this.learningRateFactor,
      batchSize: checkBatchSize(batchSize ?? DEFAULT_BATCH),
      shuffle: checkBoolean('shuffle', shuffle ?? true),
      augment: parseAugmentations(augment, this.#network),
    };
    const steps = epochs && epochs * Math.ceil(data.x.count / settings.batchSize);
    const session = await this.#home.openFor(data, settings, steps);
    return { session, trainer: await Trainer.create(session, data, settings) };
  }

  /** The trainer of the last single batch, where that had as many rows: nothing is compiled or allocated again. */
  async #trainerForBatch(data: LabelledRows): Promise<Trainer> {
    await this.#home.open();
    const { count } = data.x;
    if (this.#batchTrainer?.rows === count) {
      this.#batchTrainer.trainer.write(data);
      return this.#batchTrainer.trainer;
    }
    this.#dropBatchTrainer();
    const { trainer } = await this.#createTrainer(data, { batchSize: count, shuffle: false });
    this.#batchTrainer = { rows: count, trainer };
    return trainer;
  }

  #dropBatchTrainer(): void {
    this.#batchTrainer?.trainer.dispose();
    this.#batchTrainer = undefined;
  }

  async #train<T>(caller: string, body: () => Promise<T>): Promise<T> {
    this.#checkIdle(caller);
    this.#training = true;
    try {
      return await body();
    } finally {
      this.#training = false;
    }
  }

  #evaluator<T>(
    data: LabelledRows,
    settings: { loss: Loss; metrics: readonly Metric[] },
    batchSize: number,
    body: (evaluator: Evaluator) => Promise<T>,
  ): Promise<T> {
    return this.#home.use(async (session) => {
      const evaluator = await Evaluator.create(session, settings, data, batchSize);
      try {
        return await body(evaluator);
      } finally {
        evaluator.dispose();
      }
    });
  }

  #checkCompiled(caller: string): Compiled {
    if (!this.#compiled) throw new Error(`${caller}: the model is not compiled yet: call compile first`);
    return this.#compiled;
  }

  #checkIdle(caller: string): void {
    if (this.#training)
      throw new Error(`${caller}: the model is training; wait for that to end, or abort it`);
  }
}

function checkRuntime(runtime: unknown): void {
  if (!(runtime instanceof Runtime)) fail('runtime', runtime, 'what createRuntime(…) returns');
}

/**
 * A model of layers in a row. The first layer states `inputShape`.
 * @throws when a layer or an option is wrong
 */
export function sequential(options: SequentialOptions): Sequential {
  const network = parseNetwork(options);
  const { preprocessing } = options;
  return new Sequential(network, preprocessing && parsePreprocessing(preprocessing, network.inputs));
}
