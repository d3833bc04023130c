import { KeyshiftError } from '../../shared/errors';

/** What to tell a person whose app cannot start; the sentence of a known error, and never more of an unknown one. */
export function startFailureSentence(error: unknown): string {
  return error instanceof KeyshiftError ? error.message : 'Keyshift could not start because of an error inside it. Nothing was changed.';
}

export interface StartFailureParts {
  readonly writeLine: (line: string) => void;
  /** Shows the sentence; resolves when the person has read it. */
  readonly show: (sentence: string) => Promise<unknown>;
  readonly exit: (code: number) => void;
}

/** Says why on standard error and on the screen, then ends with 1. */
export async function failToStart(error: unknown, parts: StartFailureParts): Promise<void> {
  const sentence = startFailureSentence(error);
  parts.writeLine(`keyshift: ${sentence}\n`);
  try {
    await parts.show(sentence);
  } finally {
    parts.exit(1);
  }
}
