/** Kernel calls made ready to be recorded: pipeline, bound tensors, workgroups. */
import type { Kernel } from '../kernels/kernel.ts';
import type { KernelCall } from '../plan/plan.ts';
import { StepTable } from '../plan/steps.ts';
import type { PipelineManager } from './pipelines.ts';

export interface Dispatch {
  pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  grid: readonly [number, number];
}

/** The workgroups for that many threads in a row, in two dimensions where one would be too long. */
export function workgroups(kernel: Kernel, threads: number, most: number): [number, number] {
  const groups = Math.max(1, Math.ceil(threads / kernel.shader.workgroupSize[0]));
  return groups <= most ? [groups, 1] : [most, Math.ceil(groups / most)];
}

/** `bufferOf` gives a tensor's buffer by the tensor's name. */
export function createDispatch(
  device: GPUDevice,
  pipelines: PipelineManager,
  pipeline: GPUComputePipeline,
  { kernel, tensors, constants }: KernelCall,
  bufferOf: (name: string) => GPUBuffer,
): Dispatch {
  const { shader } = kernel;
  const entries = Object.entries(tensors).map(([binding, name]) => ({
    binding: shader.bindings[binding].binding,
    resource: { buffer: bufferOf(name) },
  }));
  const layout = pipelines.tensorLayout(shader);
  return {
    pipeline,
    bindGroup: device.createBindGroup({ label: shader.name, layout, entries }),
    grid: workgroups(kernel, kernel.threads(constants), device.limits.maxComputeWorkgroupsPerDimension),
  };
}

export function encodeDispatch(pass: GPUComputePassEncoder, { pipeline, bindGroup, grid }: Dispatch): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(grid[0], grid[1]);
}

/** Binds a buffer of steps: of which one, the offset tells. */
export function createStepGroup(
  device: GPUDevice,
  { stepLayout: layout }: PipelineManager,
  buffer: GPUBuffer,
): GPUBindGroup {
  const resource = { buffer, size: StepTable.size };
  return device.createBindGroup({ label: 'step', layout, entries: [{ binding: 0, resource }] });
}

/** Bytes from one step to the next in a buffer of which one is bound. */
export function stepStride({ limits: { minUniformBufferOffsetAlignment: alignment } }: GPUDevice): number {
  return StepTable.stride(alignment);
}
