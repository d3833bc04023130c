import { existsSync, readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Puts a process before all others of this machine, where that is allowed (root): what is measured then is what it does, not what
 * else runs here. Attackers, above all, are on other machines in the world outside.
 */
export function putFirst(pid: number): void {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return;
  // Each thread has a priority of its own, and a window's process does its work with several.
  for (const thread of readdirSync(tasks)) {
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_HIGHEST);
    } catch {
      // not allowed, or the thread is gone
    }
  }
}
