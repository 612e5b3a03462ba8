/** The pipeline manager: the only one who compiles. */
import type { Shader, SourceRange } from '../kernels/shader.ts';
import { type Constants, specialise } from './specialise.ts';

export class PipelineManager {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  /** The layout of bind group 1: the step, at a dynamic offset. */
  readonly stepLayout: GPUBindGroupLayout;

  constructor(device: GPUDevice) {
    this.#device = device;
    const buffer = { type: 'uniform', hasDynamicOffset: true } as const;
    const entries = [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer }];
    this.stepLayout = device.createBindGroupLayout({ label: 'step', entries });
  }

  /** The compiled pipeline, from the cache where source and constants are the same. Compiles asynchronously. */
  get(shader: Shader, constants: Constants): Promise<GPUComputePipeline> {
    const code = specialise(shader, constants);
    let pipeline = this.#pipelines.get(code);
    if (!pipeline) {
      pipeline = this.#compile(shader, code);
      this.#pipelines.set(code, pipeline);
      // A failure is not worth remembering: the next call says what is wrong again.
      pipeline.catch(() => this.#pipelines.delete(code));
    }
    return pipeline;
  }

  /** The layout of a shader's tensors, bind group 0. */
  tensorLayout(shader: Shader): GPUBindGroupLayout {
    let layout = this.#layouts.get(shader.name);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({ label: shader.name, entries: tensorEntries(shader) });
      this.#layouts.set(shader.name, layout);
    }
    return layout;
  }

  async #compile(shader: Shader, code: string): Promise<GPUComputePipeline> {
    const device = this.#device;
    // The error is thrown below, with its place; it need not come up as an uncaptured one as well.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: shader.name, code });
    device.popErrorScope().catch(() => {});
    const readsStep = Object.values(shader.bindings).some(({ access }) => access === 'uniform');
    const bindGroupLayouts = [this.tensorLayout(shader), ...(readsStep ? [this.stepLayout] : [])];
    const layout = device.createPipelineLayout({ bindGroupLayouts });
    try {
      const compute = { module, entryPoint: 'main' };
      return await device.createComputePipelineAsync({ label: shader.name, layout, compute });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const details = messages.map((message) => formatMessage(message, code, shader.sources)).join('\n');
      throw new Error(`shader ${shader.name} does not compile\n${details || (error as Error).message}`);
    }
  }
}

function tensorEntries({ bindings }: Shader): GPUBindGroupLayoutEntry[] {
  return Object.values(bindings)
    .filter(({ access }) => access !== 'uniform')
    .map(({ binding, access }) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    }));
}

/** A compiler's message with the file and line it is about, and the offending text. */
export function formatMessage(
  {
    type,
    lineNum,
    linePos,
    message,
  }: Pick<GPUCompilationMessage, 'type' | 'lineNum' | 'linePos' | 'message'>,
  code: string,
  sources: readonly SourceRange[],
): string {
  const source = sources.filter(({ start }) => start <= lineNum).at(-1) ?? sources[0];
  const line = code.split('\n')[lineNum - 1] ?? '';
  return `${source.file}:${lineNum - source.start + 1}:${linePos}: ${type}: ${message}\n    ${line}`;
}
