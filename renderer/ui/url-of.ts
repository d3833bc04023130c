/** An address that can be read as one. `URL.canParse` would say the same, and is missing in the old runtime that tests and demos may run in. */
export function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
