import { createRuntime } from '../../src/index.ts';
import { showBadge } from '../playground/badge.ts';

/** Says in the page's head which adapter is measured, where there is one. */
export async function openBadge(): Promise<void> {
  const runtime = await createRuntime({ backend: 'webgpu' }).catch(() => createRuntime({ backend: 'cpu' }));
  showBadge(document.getElementById('badge') as HTMLElement, runtime);
  runtime.dispose();
}
