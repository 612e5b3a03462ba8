/** Shaderprop's public interface. */
export { type CSVOptions, type Separator, tableFromCSV } from './data/csv.ts';
export {
  type EncodedInputs,
  encodeInputs,
  encodeTarget,
  predictedClasses,
  predictedValues,
} from './data/encoding.ts';
export { type Fold, type FoldOptions, kFold } from './data/folds.ts';
export { fromIDX, type IDX, type IDXData } from './data/idx.ts';
export { fromPixels, type PixelOptions, type PixelSource } from './data/pixels.ts';
export {
  type CategoryScale,
  type ColumnScale,
  fitPreprocessing,
  type NumericScale,
  type Preprocessing,
  type PreprocessingOptions,
} from './data/preprocessing.ts';
export type { RowsInput } from './data/rows.ts';
export {
  type Cell,
  type Column,
  type ColumnKind,
  dropMissing,
  type Table,
  type TableOptions,
  tableFromRecords,
} from './data/table.ts';
export type { KernelProfile, Profile } from './gpu/profiler.ts';
export type { ShapeTuning, Tuning } from './gpu/tuner.ts';
export type { Activation, ActivationName, ActivationOption } from './model/activations.ts';
export {
  type Augmentation,
  augmentImages,
  augmentRows,
  type ImageAugmentation,
  type ImageAugmentationOptions,
  type RowAugmentation,
  type RowAugmentationOptions,
} from './model/augmentation.ts';
export type { Initializer, InitializerName, InitializerOption } from './model/initializers.ts';
export {
  type ActivationLayer,
  type ActivationOptions,
  activation,
  type BatchNormalizationLayer,
  type BatchNormalizationOptions,
  batchNormalization,
  type DenseLayer,
  type DenseOptions,
  type DropoutLayer,
  type DropoutOptions,
  dense,
  dropout,
  type GaussianNoiseLayer,
  type GaussianNoiseOptions,
  gaussianNoise,
  type Layer,
  type LayerNormalizationLayer,
  type LayerNormalizationOptions,
  layerNormalization,
} from './model/layers.ts';
export type { Loss, LossName, LossOption } from './model/losses.ts';
export type { Metric } from './model/metrics.ts';
export {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  lion,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from './model/optimizers.ts';
export { l1, l1l2, l2, type Regularizer } from './model/regularizers.ts';
export {
  cosineRestarts,
  exponentialDecay,
  type LearningRate,
  linearWarmup,
  oneCycle,
  piecewise,
  type Schedule,
  stepDecay,
} from './model/schedules.ts';
export type { DeviceInfo, Memory } from './plan/executor.ts';
export type { LayerGradient } from './plan/gradientStats.ts';
export type { Backend, Choice } from './runtime/rivals.ts';
export { createRuntime, type Runtime, type RuntimeOptions } from './runtime/runtime.ts';
export type { KernelReport } from './runtime/selfTest.ts';
export type { Callbacks, Logs, TrainedModel } from './train/callbacks.ts';
export { type EarlyStoppingOptions, earlyStopping } from './train/earlyStopping.ts';
export type { History } from './train/fit.ts';
export { type GradientStats, type GradientStatsOptions, gradientStats } from './train/gradientStats.ts';
export {
  type CompileOptions,
  type FitOptions,
  type Sequential,
  type SequentialOptions,
  sequential,
  type TrainerOptions,
} from './train/model.ts';
export type { MonitorOptions } from './train/monitor.ts';
export { progress } from './train/progress.ts';
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './train/reduceLROnPlateau.ts';
export type { Trainer } from './train/trainer.ts';
export type { Weight, WeightInput } from './train/weights.ts';
