/** Data on a device, and how many steps of it one submission may hold. */
import type { Rows } from '../data/rows.ts';
import { countSize } from '../kernels/class_counts.ts';
import { fail } from '../model/check.ts';
import { ROC_BINS } from '../model/metrics.ts';
import type { DeviceTensor, Executor, FloatArray } from '../plan/executor.ts';
import { giveWay } from '../plan/slices.ts';

/** Row numbers and steps that the tables of a submission have room for. */
const TABLE_ROWS = 2 ** 16;
const TABLE_STEPS = 8192;

export const slotsFor = (batchSize: number) =>
  Math.max(1, Math.min(TABLE_STEPS, Math.floor(TABLE_ROWS / batchSize)));

/** Rows of that width that fit in one tensor of the device. */
export const rowsThatFit = (executor: Executor, width: number) => Math.floor(executor.maxTensorSize / width);

/** Tensors for `count` rows of each width, by name; of x, in the executor's precision. */
export function allocateData(
  executor: Executor,
  count: number,
  widths: Readonly<Record<string, number>>,
): Map<string, DeviceTensor> {
  const tensors = new Map<string, DeviceTensor>();
  for (const [name, width] of Object.entries(widths)) {
    const most = rowsThatFit(executor, width);
    if (count > most) fail(name, `${count} rows of ${width} numbers`, `at most ${most} rows on this device`);
    const type = name === 'x' ? (executor.precision ?? 'f32') : 'f32';
    tensors.set(name, executor.allocate({ name, shape: [count, width], type, role: 'data' }));
  }
  return tensors;
}

/** Numbers of an upload that are copied at a time: in some milliseconds. */
const PIECE = 2 ** 20;

/** Writes the rows, the first of the tensor. Where they are many the event loop has its turns meanwhile. */
export async function upload(tensor: DeviceTensor | undefined, { data }: Rows): Promise<void> {
  for (let at = 0; at < data.length; at += PIECE) {
    if (data.length > PIECE) await giveWay();
    tensor?.write(data.subarray(at, at + PIECE), at);
  }
}

/**
 * Uploads x and targets whole.
 * @throws when the device cannot hold one of the numbers; then nothing stays there
 */
export async function uploadData(
  executor: Executor,
  x: Rows,
  target: Rows,
): Promise<Map<string, DeviceTensor>> {
  const tensors = allocateData(executor, x.count, { x: x.width, target: target.width });
  try {
    await upload(tensors.get('x'), x);
    await upload(tensors.get('target'), target);
    return tensors;
  } catch (error) {
    disposeAll(tensors);
    throw error;
  }
}

export function disposeAll(tensors: ReadonlyMap<string, { dispose(): void }>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

/** A tensor of counts by class, for the metrics that are made from them. */
export function allocateCounts(executor: Executor, outputs: number): DeviceTensor {
  const shape = [countSize(outputs, ROC_BINS)];
  return executor.allocate({ name: 'counts', shape, type: 'u32', role: 'data' });
}

/** The counts so far; they begin at zero again. */
export async function takeCounts(counts: DeviceTensor | undefined): Promise<FloatArray | undefined> {
  if (!counts) return undefined;
  const data = await counts.read();
  counts.write(new Uint32Array(data.length));
  return data;
}
