import { spawn } from 'node:child_process';

/**
 * Has a file system of a test's own taken away when this process is over, however it ends: the keeper's standard input is ours, and ends with us. What the test
 * takes away by itself is then gone already.
 */
export function unmountAtTheEnd(directory: string): void {
  // Of a group of its own, so that what is sent to all of ours does not end it before.
  const keeper = spawn('sh', ['-c', 'cat >/dev/null; umount -l "$0" 2>/dev/null; rmdir "$0" 2>/dev/null', directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  keeper.on('error', () => undefined);
  keeper.stdin.on('error', () => undefined);
  keeper.unref();
}
