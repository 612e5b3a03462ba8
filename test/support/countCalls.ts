type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Calls whose results are watched as well: buffers, encoders and passes. */
const makers = ['createBuffer', 'createCommandEncoder', 'beginComputePass'];

/** Counts the calls of every method of the device, its queue, and the buffers and encoders that it makes. */
export class CallCounter {
  readonly #counts = new Map<string, number>();

  constructor(device: GPUDevice) {
    this.#watch(device);
    this.#watch(device.queue);
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

  #watch(object: object): void {
    for (const name of methodNames(object)) {
      const original = (object as Methods)[name];
      const counted = (...args: unknown[]) => {
        this.#counts.set(name, this.of(name) + 1);
        const result = original.apply(object, args);
        if (makers.includes(name)) this.#watch(result as object);
        return result;
      };
      Object.defineProperty(object, name, { value: counted });
    }
  }
}

function methodNames(object: object): string[] {
  const descriptors = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object));
  return Object.keys(descriptors).filter(
    (name) => name !== 'constructor' && typeof descriptors[name].value === 'function',
  );
}
