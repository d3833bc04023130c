import { writeFileSync } from 'node:fs';

/**
 * Asks Linux to leave the memory of this process, and of those it starts, out of core files: with no kind of memory named, a core holds registers and what the
 * system knows of threads (core(5), /proc/PID/coredump_filter). To forbid core files altogether takes a call (setrlimit, prctl) that Node does not have. Not for the
 * page's processes, which come from one that began before; nor against root, who may set it back or read the memory itself. Elsewhere, and where the file cannot
 * be written, it does nothing.
 */
export function keepMemoryOutOfCoreFiles(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without it, or /proc is not there: docs/security.md says what else there is.
  }
}
