import type { ReactNode } from 'react';
import { useTalk } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** That the other person writes now. Not live: it would speak over the messages themselves. */
export function TypingLine({ conversationId, name }: { readonly conversationId: string; readonly name: string }): ReactNode {
  const text = useText();
  const typing = useTalk((state) => state.typing[conversationId] === true);
  return typing ? <p className="typing-line">{text('composer.typing', { name })}</p> : null;
}
