/** The experiment on vanishing gradients: what is compared, and what the command and its page say to each other. */
import type { ActivationOption, InitializerOption, LayerGradient } from '../../src/index.ts';
import type { Device, TrainRequest } from './trainProtocol.ts';

/** Nets that differ in this alone. */
export interface Variant {
  name: string;
  activation: ActivationOption;
  kernelInitializer: InitializerOption;
  /** The largest F′. */
  steepest: number;
}

export const variants: readonly Variant[] = [
  { name: 'sigmoid', activation: 'sigmoid', kernelInitializer: 'glorotUniform', steepest: 0.25 },
  {
    name: 'sigmoid, B = ¼',
    activation: { name: 'scaledSigmoid', a: 1, b: 0.25 },
    kernelInitializer: 'glorotUniform',
    steepest: 1,
  },
  { name: 'tanh', activation: 'tanh', kernelInitializer: 'glorotUniform', steepest: 1 },
  { name: 'relu, He', activation: 'relu', kernelInitializer: 'heUniform', steepest: 1 },
];

export type VanishingRequest = Omit<TrainRequest, 'dataset' | 'task'>;

/** How one of the nets did. */
export interface NetResult extends Variant {
  /** The first batch's gradient before training, and after. */
  start: LayerGradient[];
  end: LayerGradient[];
  /** Of every epoch. */
  loss: number[];
  testAccuracy: number;
}

export interface VanishingResult extends Device {
  experiment: 'vanishing';
  samples: number;
  epochs: number;
  seconds: number;
  nets: NetResult[];
}

declare global {
  interface Window {
    /** The page's part: trains all nets, and resolves when done. */
    compareGradients(request: VanishingRequest): Promise<VanishingResult>;
  }
}
