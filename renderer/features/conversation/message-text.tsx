import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { isEmojiOnly, isLong, messagePieces } from '../../ui/strangers';

/** The words of a message: text nodes and nothing else. The whole text is always there; a long one is folded by style. */
export function MessageText({ text: written, open, onToggle }: { readonly text: string; readonly open: boolean; readonly onToggle: () => void }): ReactNode {
  const text = useText();
  const long = isLong(written);
  const [pieces] = useState(() => messagePieces(written));
  const folded = long && !open;
  return (
    <>
      <p className={`message-text${folded ? ' folded' : ''}${isEmojiOnly(written) ? ' emoji-only' : ''}`} dir="auto">
        {pieces.map((piece, index) =>
          piece.odd ? (
            <span key={index} className="odd-character">
              {piece.text}
            </span>
          ) : (
            piece.text
          ),
        )}
      </p>
      {long ? (
        <button type="button" className="text-button" tabIndex={-1} onClick={onToggle} aria-expanded={open}>
          {text(open ? 'message.less' : 'message.more')}
        </button>
      ) : null}
    </>
  );
}
