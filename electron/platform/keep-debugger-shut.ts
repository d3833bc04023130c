/** Words to Node that ask for a debugger; a port alone (`--inspect-port`) opens none. */
const asksForOne = /(?:^|\s)--inspect(?:-brk|-wait)?(?:[=\s]|$)/;

/**
 * At SIGUSR1 Node opens a debugger on a port of this machine, for each of its users: with it a program that may not read this process's memory (Yama, for one, keeps that from
 * programs of the same user) gets all of it. Unless whoever started the program asked for one, it stays shut, and one that was opened before this ran is closed again.
 */
export function keepDebuggerShut(): void {
  if (!process.features.inspector || asksForOne.test([...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' '))) return;
  process.on('SIGUSR1', () => undefined);
  const inspector = process.getBuiltinModule('node:inspector');
  if (inspector.url() !== undefined) inspector.close();
}
