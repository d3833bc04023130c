let isHeard = false;

/** Says something on standard error. Whoever read it may be gone (EPIPE), which is no reason to end: strangers can cause a line, too. */
export function sayOnStandardError(text: string): void {
  if (!isHeard) process.stderr.on('error', () => undefined);
  isHeard = true;
  process.stderr.write(text);
}
