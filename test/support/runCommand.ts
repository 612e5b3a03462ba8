import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface CommandOutcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs one of the headless commands as `npm run NAME -- …` does. */
export function runCommand(name: string, ...args: string[]): Promise<CommandOutcome> {
  const command = ['--import', 'tsx', `demo/headless/${name}.ts`, ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shaderprop-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
