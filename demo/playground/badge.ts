import type { Runtime } from '../../src/index.ts';

/** Says in the page's head what does the computing. */
export function showBadge(element: HTMLElement, { backend, info, choice }: Runtime): void {
  const [name, remark] = element.querySelectorAll('span');
  if (backend === 'webgpu') {
    element.dataset.kind = info.isFallbackAdapter ? 'software' : 'gpu';
    name.textContent = `WebGPU · ${adapterName(info)}`;
    remark.textContent = info.isFallbackAdapter ? '(software adapter: slower than a real GPU)' : '';
  } else {
    element.dataset.kind = 'cpu';
    name.textContent = 'CPU · WebAssembly';
    remark.textContent = '';
  }
  if (choice) remark.textContent += ' (chosen as the faster)';
  element.title = choice?.reason ?? info.description;
}

const knownNames: Record<string, string> = { swiftshader: 'SwiftShader', llvmpipe: 'llvmpipe' };

function adapterName({ vendor, architecture, description }: Runtime['info']): string {
  const known = Object.keys(knownNames).find((name) =>
    `${architecture} ${description}`.toLowerCase().includes(name),
  );
  if (known) return knownNames[known];
  return description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
}
