import { writeFileSync } from 'node:fs';

/**
 * Asks Linux to leave the memory of this process, and of those it starts, out of core files: with no kind of memory named, a core holds registers and what the
 * system knows of threads (core(5), /proc/PID/coredump_filter). To forbid core files altogether takes a call (setrlimit, prctl) that Node does not have. `pid`:
 * of another process of this user, as a page's is, which comes from one that began before; 0: none. Not against root, who may set it back or read the memory itself. Elsewhere, and where
 * the file cannot be written, it does nothing.
 */
export function keepMemoryOutOfCoreFiles(pid = process.pid): void {
  if (process.platform !== 'linux' || pid === 0) return;
  try {
    writeFileSync(`/proc/${pid}/coredump_filter`, '0');
  } catch {
    // A kernel without it, or /proc is not there: docs/security.md says what else there is.
  }
}
