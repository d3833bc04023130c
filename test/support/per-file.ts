/** Test files that share a process share what modules hold. `new-file.ts` counts them. */
const here = globalThis as { testFile?: number; testEnds?: ((close: () => void) => void) | undefined };

/** Marks the beginning of another test file. `testEnds`: calls back when the test that runs at the moment is over, and throws while none does; without it nothing ends. */
export function beginFile(testEnds?: (close: () => void) => void): void {
  here.testFile = (here.testFile ?? 0) + 1;
  here.testEnds = testEnds;
}

/** Calls back when the test is over that this was called in; never where that was in none, or by what is no test. */
export function whenTestEnds(close: () => void): void {
  try {
    here.testEnds?.(close);
  } catch {
    // Made for a whole file: it lives as long as its process.
  }
}

/** What is made once in each test file, at the first need, so that no file sees what another left. */
export function perFile<T>(make: () => T): () => T {
  let made: { readonly file: number | undefined; readonly value: T } | undefined;
  return () => {
    if (!made || made.file !== here.testFile) made = { file: here.testFile, value: make() };
    return made.value;
  };
}
