import { useMemo, type ReactNode } from 'react';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { mentionPieces } from '../../ui/mentions';
import { MarkedText } from '../search/marked-text';
import { isEmojiOnly, isLong } from '../../ui/strangers';
import { momentHere } from './moment-here';

export interface MessageTextProps {
  readonly text: string;
  /** When it was written, by the writer's clock: for an hour without a day. */
  readonly writtenAt: number;
  /** Words of a search that are marked in it. */
  readonly marked?: string;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** Its links can be come to by Tab. */
  readonly inTabOrder?: boolean;
}

/** The words of a message: text nodes, links that are asked about, moments in the reader's own time. The whole text is always there; a long one is folded by style. */
export function MessageText({ text: written, writtenAt, marked = '', open, onToggle, inTabOrder = false }: MessageTextProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const askLink = useUi((state) => state.askLink);
  const long = isLong(written);
  const pieces = useMemo(() => mentionPieces(written, writtenAt), [written, writtenAt]);
  const folded = long && !open;
  return (
    <>
      <p className={`message-text${folded ? ' folded' : ''}${isEmojiOnly(written) ? ' emoji-only' : ''}`} dir="auto">
        {pieces.map((piece, index) => {
          switch (piece.kind) {
            case 'odd':
              return (
                <span key={index} className="odd-character">
                  {piece.text}
                </span>
              );
            case 'link':
              return (
                <MessageLink key={index} words={piece.text} url={piece.url} inTabOrder={inTabOrder} onOpen={() => askLink(piece.url)} />
              );
            case 'moment':
              return <MomentHere key={index} words={piece.text} at={piece.at} said={momentHere(piece, times, text)} />;
            default:
              return <MarkedText key={index} text={piece.text} query={marked} />;
          }
        })}
      </p>
      {long ? (
        <button type="button" className="text-button" tabIndex={-1} onClick={onToggle} aria-expanded={open}>
          {text(open ? 'message.less' : 'message.more')}
        </button>
      ) : null}
    </>
  );
}

/** What stands there, and behind it what that is for the reader. */
function MomentHere({ words, at, said }: { readonly words: string; readonly at: number; readonly said: string }): ReactNode {
  return (
    <span>
      {words}
      {said === '' ? null : (
        <time className="message-moment" dir="auto" dateTime={new Date(at).toISOString()}>
          {said}
        </time>
      )}
    </span>
  );
}

/** No button: that is a box of its own, and what follows a long link would stand on a line alone. No address that a press goes to either: nothing but the question leads out of here; the menu copies it. */
function MessageLink({ words, url, inTabOrder, onOpen }: { readonly words: string; readonly url: string; readonly inTabOrder: boolean; readonly onOpen: () => void }): ReactNode {
  return (
    <span
      role="link"
      className="message-link"
      data-url={url}
      tabIndex={inTabOrder ? 0 : -1}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        onOpen();
      }}
    >
      <bdi>{words}</bdi>
    </span>
  );
}
