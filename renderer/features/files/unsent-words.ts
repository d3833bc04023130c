import type { Text } from '../../i18n/use-text';
import { plainFileName } from '../../ui/strangers';
import { toFailure } from '../../bridge/failure';
import { UnsentFiles } from './files-store';

/** Why something was not sent; of several files with the name of the one it is about. */
export function unsentWords(thrown: unknown, text: Text, errorText: (thrown: unknown) => string): string {
  if (!(thrown instanceof UnsentFiles)) return errorText(thrown);
  const { cause, file } = thrown;
  const reason = errorText(cause);
  const { code } = toFailure(cause);
  const isAboutFile = code.startsWith('file.') || code === 'path.unusable';
  return file === undefined || !isAboutFile ? reason : text('files.unsent', { file: plainFileName(file, 40), reason });
}
