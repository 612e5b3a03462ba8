import {
  adam,
  dense,
  type Optimizer,
  type Runtime,
  type Sequential,
  sequential,
  sgd,
  type Trainer,
} from '../../src/index.ts';
import { History, type Score } from './history.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';

/** One network on its way from its seed: the model, its trainer and its curves. */
export class Run {
  readonly history: History;

  private constructor(
    readonly settings: Settings,
    readonly problem: Problem,
    private readonly model: Sequential,
    private readonly trainer: Trainer,
    untrained: Score,
  ) {
    this.history = new History(trainer.stepsPerEpoch, untrained);
  }

  /** A run at step 0, with everything compiled that training will need. */
  static async create(runtime: Runtime, settings: Settings, problem: Problem): Promise<Run> {
    const model = buildModel(settings, problem);
    try {
      const optimizer = buildOptimizer(settings);
      model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], runtime });
      const { x, y } = problem.train;
      const trainer = await model.trainer(x, y, { batchSize: settings.batch });
      return new Run(settings, problem, model, trainer, await test(model, problem));
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  get step(): number {
    return this.history.step;
  }

  /** Passes over the data. */
  get epoch(): number {
    return this.step / this.trainer.stepsPerEpoch;
  }

  async advance(steps: number): Promise<void> {
    await this.trainer.run(steps, { onSteps: (results) => this.history.addSteps(results) });
  }

  async test(): Promise<void> {
    this.history.addTest(await test(this.model, this.problem));
  }

  /** Probability of every class for every row, row after row. */
  predict(x: Float32Array): Promise<Float32Array> {
    return this.model.predict(x, { batchSize: x.length / this.problem.inputs });
  }

  /** The first layer's kernel: inputs × units. */
  async firstKernel(): Promise<{ data: Float32Array; units: number }> {
    const [{ data, shape }] = await this.model.getWeights();
    return { data, units: shape[1] };
  }

  dispose(): void {
    this.trainer.dispose();
    this.model.dispose();
  }
}

async function test(model: Sequential, { test: { x, y } }: Problem): Promise<Score> {
  const { loss, accuracy } = await model.evaluate(x, y);
  return { loss, accuracy };
}

function buildModel({ layers, activation, seed }: Settings, { inputs, classes }: Problem): Sequential {
  const hidden = layers.map((units) => ({ units, activation }));
  const [first, ...others] = [...hidden, { units: classes, activation: 'softmax' as const }];
  return sequential({
    seed,
    layers: [dense({ ...first, inputShape: [inputs] }), ...others.map((layer) => dense(layer))],
  });
}

function buildOptimizer({ optimizer, rate }: Settings): Optimizer {
  switch (optimizer) {
    case 'adam':
      return adam({ learningRate: rate });
    case 'momentum':
      return sgd({ learningRate: rate, momentum: 0.9 });
    case 'sgd':
      return sgd({ learningRate: rate });
  }
}
