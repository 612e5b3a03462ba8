/** Runs the command that the arguments ask for; what fails is one line, and exit code 1. */
export async function runCommandLine<T>(
  parse: (argv: string[]) => T | undefined,
  run: (command: T) => Promise<void>,
): Promise<void> {
  try {
    const command = parse(process.argv);
    if (command) await run(command);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message.split('\n')[0]);
    process.exitCode = 1;
  }
}
