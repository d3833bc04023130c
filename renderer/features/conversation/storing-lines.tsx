import { useEffect, useState, type ReactNode } from 'react';
import { useMessages } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Milliseconds after which somebody looks for what they sent. */
const patience = 500;
/** Characters of it that are shown, in one line. */
const most = 140;

/** What was sent and is not stored yet, where that takes long: it has left the field and stands in no list. */
export function StoringLines({ conversationId }: { readonly conversationId: string }): ReactNode {
  const storing = useMessages((state) => state.storing);
  return storing.filter((each) => each.conversationId === conversationId).map(({ id, text }) => <StoringLine key={id} words={text} />);
}

function StoringLine({ words }: { readonly words: string }): ReactNode {
  const text = useText();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className="composer-quote" role="status">
      <span className="quote-words">
        <span className="quote-who">{text('composer.storing')}</span>
        <bdi className="quote-line">{Array.from(words.slice(0, 4 * most)).slice(0, most).join('')}</bdi>
      </span>
    </div>
  );
}
