/** What Windows says of a file that another program has open: virus scanners, search and backups read what was just written, mostly for some milliseconds. */
const passing: ReadonlySet<unknown> = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Milliseconds between attempts. Together as long as this process may stand still. */
const pauses = [10, 20, 40, 80, 160, 320] as const;
/** Where nothing stands still. */
const longPauses = [...pauses, 640, 1280, 2560] as const;

/** Tries a file operation again on Windows, for at most 0.7 seconds, where another program may just have the file. Elsewhere none is refused for that. Errors: the last one of `work`. */
export function patientlySync<T>(work: () => T): T {
  for (const pause of onWindows(pauses)) {
    try {
      return work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
  return work();
}

/** As `patientlySync`, for at most 5.2 seconds. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of onWindows(longPauses)) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}

function onWindows(all: readonly number[]): readonly number[] {
  return process.platform === 'win32' ? all : [];
}

function mayPass(error: unknown): boolean {
  return error instanceof Error && 'code' in error && passing.has(error.code);
}
