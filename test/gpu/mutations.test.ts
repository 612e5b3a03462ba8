/**
 * The proof that parity bites: every shader is broken on purpose, line by line and operator by operator, and of
 * these mutants every one that is tried and compiles must fail a parity case. What a library file computes is held by
 * any kernel that links it, the kernel's own lines by the kernel. Mutants that compute the same are listed, and why.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Kernel, type ParityCase, possibleForms } from '../../src/kernels/kernel.ts';
import { registry } from '../../src/kernels/registry.ts';
import { runParityCase } from '../../src/runtime/parity.ts';
import { createRuntime, type Runtime } from '../../src/runtime/runtime.ts';
import { claimLimits, requestOwnDevice } from '../support/device.ts';
import { equivalentMutants } from '../support/equivalentMutants.ts';
import { mutants } from '../support/mutate.ts';

/** A mutant as it comes in each kernel that has the line. */
interface Suspect {
  readonly text: string;
  readonly names: readonly string[];
  readonly code: Map<Kernel, string>;
}

interface Candidate {
  readonly kernel: Kernel;
  readonly parityCase: ParityCase;
}

/** Numbers in a case's tensors; the larger cases cost more than they could add. */
const LARGE = 50_000;
/** Mutants at a time. */
const LANES = 4;
/** Compiles for so long that its mutants would take more time than all others. */
const SLOW = 'shaders/lib/tiles.wgsl';

const adapter = await navigator.gpu.requestAdapter();
const features = (['subgroups'] as const).filter((name) => adapter?.features.has(name));

let device: GPUDevice;
let runtime: Runtime;

beforeAll(async () => {
  device = await requestOwnDevice({ requiredFeatures: features });
  // So few workgroups in a row that grids fold into a second dimension: lines about that count too.
  claimLimits(device, { maxComputeWorkgroupsPerDimension: 3 });
  runtime = await createRuntime({ device });
});

afterAll(() => {
  runtime.dispose();
  device.destroy();
});

const sizeOf = ({ tensors }: ParityCase) => Object.values(tensors).reduce((sum, { size }) => sum + size, 0);

const sizes = ['M', 'N', 'K', 'WIDTH', 'STRIDE', 'OFFSET', 'SIZE', 'COUNT'];

/** What a case is about, apart from sizes. */
function settingOf({ constants }: ParityCase): string {
  return JSON.stringify(Object.entries(constants).filter(([name]) => !sizes.includes(name)));
}

/** How many of the names are what the case is about: a constant that it sets, or a value that it gives to one. */
function relevanceOf({ kernel, parityCase }: Candidate, names: readonly string[]): number {
  const constants = Object.entries(parityCase.constants).filter(([name]) => !sizes.includes(name));
  const { values } = kernel.shader;
  return names.filter((name) =>
    constants.some(([key, value]) => (key === name && value) || values[name] === value),
  ).length;
}

/** A kernel's cases in the order in which they are likely to tell: one of every setting, then another, and so on. */
function variedCases(kernel: Kernel): Candidate[] {
  const strangeness = (parityCase: ParityCase) => Math.abs(Math.log(sizeOf(parityCase) / 200));
  const cases = kernel.cases.filter((parityCase) => sizeOf(parityCase) < LARGE);
  const seen = new Map<string, number>();
  const ranked = cases
    .sort((a, b) => strangeness(a) - strangeness(b))
    .map((parityCase) => {
      const setting = settingOf(parityCase);
      const rank = seen.get(setting) ?? 0;
      seen.set(setting, rank + 1);
      return { rank, candidate: { kernel, parityCase } };
    });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ candidate }) => candidate);
}

/** Every shader file with its mutants. */
function suspectsByFile(): Map<string, Suspect[]> {
  const files = new Map<string, Map<string, Suspect>>();
  const held = new Set(registry.flatMap(({ shader }) => shader.sources.map(({ file }) => file)));
  for (const kernel of registry.flatMap((each) => possibleForms(each, features))) {
    const { code, sources } = kernel.shader;
    const seen = new Map<string, number>();
    for (const mutant of mutants(code)) {
      const file = sources.findLast(({ start }) => start <= mutant.at)!.file;
      // What the ways to do it share is held by the first of them.
      if (!registry.includes(kernel) && (held.has(file) || file === SLOW)) continue;
      const count = (seen.get(mutant.text) ?? 0) + 1;
      seen.set(mutant.text, count);
      const suspects = files.get(file) ?? new Map<string, Suspect>();
      files.set(file, suspects);
      const key = `${mutant.text} ${count}`;
      const suspect = suspects.get(key) ?? { text: mutant.text, names: mutant.names, code: new Map() };
      suspects.set(key, suspect);
      suspect.code.set(kernel, mutant.code);
    }
  }
  return new Map([...files].map(([file, suspects]) => [file, [...suspects.values()]]));
}

/** A shader file's mutants before the parity cases of the kernels that have its lines. */
class Trial {
  readonly #cases: readonly Candidate[];
  readonly #sharp = new Set<Candidate>();

  constructor(suspects: readonly Suspect[]) {
    const kernels = new Set(suspects.flatMap(({ code }) => [...code.keys()]));
    this.#cases = [...kernels]
      .sort((a, b) => a.shader.code.length - b.shader.code.length)
      .flatMap(variedCases);
  }

  /** The mutants that pass every case; with `sharp`, every case that another mutant has failed. */
  async survivors(suspects: readonly Suspect[], which: 'all' | 'sharp'): Promise<string[]> {
    const share = Math.ceil(suspects.length / LANES);
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      this.#survivorsInTurn(
        suspects.slice(lane * share, (lane + 1) * share),
        which === 'all' ? this.#cases : [...this.#sharp],
      ),
    );
    return [...new Set((await Promise.all(lanes)).flat())].sort();
  }

  /** One mutant after the other; the case that told comes first for the next, whose line is likely the same. */
  async #survivorsInTurn(suspects: readonly Suspect[], cases: readonly Candidate[]): Promise<string[]> {
    const survivors: string[] = [];
    let order = [...cases];
    for (const { text, names, code } of suspects) {
      const relevance = new Map(order.map((candidate) => [candidate, relevanceOf(candidate, names)]));
      order.sort((a, b) => relevance.get(b)! - relevance.get(a)!);
      const telling = await this.#firstToTell(code, order);
      if (telling === undefined) survivors.push(text);
      else if (telling !== 'compiler') {
        this.#sharp.add(telling);
        order = [telling, ...order.filter((candidate) => candidate !== telling)];
      }
    }
    return survivors;
  }

  async #firstToTell(code: Suspect['code'], cases: readonly Candidate[]) {
    for (const candidate of cases) {
      const broken = code.get(candidate.kernel);
      if (broken === undefined) continue;
      const { passed, compiles } = await runBroken(candidate, broken);
      if (!compiles) return 'compiler';
      if (!passed) return candidate;
    }
    return undefined;
  }
}

async function runBroken({ kernel, parityCase }: Candidate, code: string) {
  try {
    const mutant = { ...kernel, shader: { ...kernel.shader, code } };
    const { passed } = await runParityCase(runtime.executor, mutant, parityCase);
    return { passed, compiles: true };
  } catch (error) {
    if (!/does not compile/.test(String(error))) throw error;
    return { passed: false, compiles: false };
  }
}

/**
 * Compiling takes minutes: every fifth mutant has to do, and of Firefox, whose readbacks take a tenth of a second, every
 * twentieth. With `MUTANTS=all` in the environment none is left out in Chrome.
 */
const inFirefox = navigator.userAgent.includes('Firefox');
const chromeSample = import.meta.env.MUTANTS === 'all' ? 1 : 5;
const SAMPLE = inFirefox ? 20 : chromeSample;

describe.each([...suspectsByFile()])('%s', (file, suspects) => {
  const equivalent = equivalentMutants[file] ?? {};
  const isListed = ({ text }: Suspect) => text in equivalent;
  const trial = new Trial(suspects);

  test(SAMPLE > 1 ? `every mutant of a sample fails, 1 in ${SAMPLE}` : 'every mutant fails', {
    timeout: 300_000,
  }, async () => {
    const different = suspects.filter((suspect) => !isListed(suspect));
    const sample = different.filter((_, i) => i % SAMPLE === Math.min(9, SAMPLE - 1));
    expect(sample.length).toBeGreaterThan(0);
    expect(await trial.survivors(sample, 'all')).toEqual([]);
  });

  if (inFirefox) return;
  test('those listed as equivalent are there, and do not', { timeout: 300_000 }, async () => {
    expect(await trial.survivors(suspects.filter(isListed), 'sharp')).toEqual(Object.keys(equivalent).sort());
  });
});
