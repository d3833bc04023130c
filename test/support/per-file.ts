/** Test files that share a process share what modules hold. `new-file.ts` counts them. */
const here = globalThis as { testFile?: number };

/** Marks the beginning of another test file. */
export function beginFile(): void {
  here.testFile = (here.testFile ?? 0) + 1;
}

/** What is made once in each test file, at the first need, so that no file sees what another left. */
export function perFile<T>(make: () => T): () => T {
  let made: { readonly file: number | undefined; readonly value: T } | undefined;
  return () => {
    if (!made || made.file !== here.testFile) made = { file: here.testFile, value: make() };
    return made.value;
  };
}
