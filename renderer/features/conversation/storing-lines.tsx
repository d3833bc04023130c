import { useEffect, useState, type ReactNode } from 'react';
import { useMessages } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Milliseconds after which somebody looks for what they sent. */
const patience = 500;
/** Characters of it that are shown, in one line. */
const most = 140;
/** So many are shown, the rest is counted: on a disk that stands still they would push what was said before, and the field, out of a small window. */
const mostLines = 3;

/** What was sent and is not stored yet, where that takes long: it has left the field and stands in no list. */
export function StoringLines({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const storing = useMessages((state) => state.storing).filter((each) => each.conversationId === conversationId);
  const uncounted = storing.length - mostLines;
  return (
    // There before anything is said in it: a region that comes with its words is not heard everywhere.
    <div role="status">
      {storing.map(({ id, text: words }, place) => (
        <Late key={id}>
          {place < mostLines ? (
            <>
              {place === 0 ? <span className="quote-who">{text('composer.storing')}</span> : null}
              <bdi className="quote-line">{Array.from(words.slice(0, 4 * most)).slice(0, most).join('')}</bdi>
            </>
          ) : place === mostLines ? (
            <span>{text('composer.storing.more', { count: uncounted })}</span>
          ) : null}
        </Late>
      ))}
    </div>
  );
}

/** Nothing until whoever waits begins to look for it. */
function Late({ children }: { readonly children: ReactNode }): ReactNode {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return isLate && children !== null ? (
    <div className="composer-quote">
      <span className="quote-words">{children}</span>
    </div>
  ) : null;
}
