import type { ReactNode } from 'react';
import { Copy } from 'lucide-react';
import { codeOf } from '../i18n/error-codes';
import { useText } from '../i18n/use-text';
import { IconButton } from './icon-button';
import { useCopy } from './use-copy';

/** Beside the words of a failure: its code, for whoever is asked for help. Nothing beside other words. */
export function CopyCode({ words }: { readonly words: ReactNode }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const code = codeOf(words);
  if (code === undefined) return null;
  return (
    <IconButton label={text('app.copyCode')} onPress={() => void copy(code, text('app.code', { code }))}>
      <Copy aria-hidden="true" />
    </IconButton>
  );
}
