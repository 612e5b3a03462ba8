type Methods = Record<string, (...args: unknown[]) => unknown>;

const interfaces = ['GPUDevice', 'GPUQueue', 'GPUCommandEncoder', 'GPUComputePassEncoder', 'GPUBuffer'];

/** Counts the calls of WebGPU that anyone makes in this page or worker, by the method's name. */
export class CallCounter {
  readonly #counts = new Map<string, number>();
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const name of interfaces) {
      // Where there is no WebGPU there is nothing to count.
      const known = (globalThis as Record<string, unknown>)[name] as { prototype: object } | undefined;
      if (known) this.#watch(known.prototype);
    }
  }

  of(...names: string[]): number {
    return names.reduce((sum, name) => sum + (this.#counts.get(name) ?? 0), 0);
  }

  /** Objects made, of every kind but the encoders that a submission is recorded with. */
  get created(): string[] {
    const made = [...this.#counts.keys()].filter((name) => name.startsWith('create'));
    return made.filter((name) => name !== 'createCommandEncoder').sort();
  }

  reset(): void {
    this.#counts.clear();
  }

  /** Leaves everything as it was, and as fast. */
  stop(): void {
    for (const restore of this.#restore) restore();
  }

  #watch(prototype: object): void {
    const counter = this;
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === 'constructor' || typeof descriptor.value !== 'function') continue;
      const original: Methods[string] = descriptor.value;
      const value = function (this: unknown, ...args: unknown[]) {
        counter.#counts.set(name, counter.of(name) + 1);
        return original.apply(this, args);
      };
      Object.defineProperty(prototype, name, { ...descriptor, value });
      this.#restore.push(() => Object.defineProperty(prototype, name, descriptor));
    }
  }
}
