import { memo, useState, type ReactNode } from 'react';
import { Timer } from 'lucide-react';
import type { Message } from '../../../shared/model/message';
import { isMac } from '../../app/shortcuts';
import { heard } from '../../i18n/heard';
import { isoTime, onCalendar } from '../../i18n/on-calendar';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { CutLine } from '../../ui/cut-line';
import { MoreGlyph, ReplyGlyph } from '../../ui/message-glyphs';
import { asSentence, isLong, nameInSentence, plainFileName, plainLine } from '../../ui/strangers';
import { MessageFile } from '../files/message-file';
import { saidIn } from '../files/said';
import { DeliveryState } from './delivery-state';
import { MessageText } from './message-text';
import { withMoments } from './moment-here';
import { ReactionsRow } from './reactions-row';
import { cameLate, type TimelineMessage } from './timeline';

export interface MessageItemProps {
  readonly entry: TimelineMessage;
  readonly quoted: Message | undefined;
  readonly name: string;
  readonly times: Times;
  readonly inTabOrder: boolean;
  readonly newestOwn: boolean;
  /** What is not left in the other's mailbox yet goes there next. */
  readonly byMailbox: boolean;
  readonly onFocus: (messageId: string) => void;
  readonly onReply: (messageId: string) => void;
  /** `link`: the address of the one it was asked for at. */
  readonly onMenu: (message: Message, anchor: HTMLElement, at?: DOMRect, link?: string) => void;
  readonly onDetails: (messageId: string) => void;
  readonly onShowQuoted: (messageId: string) => void;
  /** Messages are being selected; a press anywhere on this one selects it, or not. */
  readonly selecting: boolean;
  readonly selected: boolean;
  /** `upTo`: with everything from where it began. */
  readonly onSelect: (messageId: string, upTo: boolean) => void;
  /** Words of a search that are marked in the text. */
  readonly marked: string;
}

export const MessageItem = memo(function MessageItem(props: MessageItemProps): ReactNode {
  const { entry, quoted, name, times, inTabOrder } = props;
  const { message } = entry;
  const text = useText();
  const [open, setOpen] = useState(false);
  const own = message.direction === 'out';
  const sender = own ? text('message.you') : nameInSentence(name);
  const body = message.kind === 'unsupported' ? text('message.unsupported') : message.kind === 'deleted' ? text(own ? 'message.deleted.own' : 'message.deleted') : message.text;
  const said = body === message.text ? withMoments(body, message.sentAt, times, text) : body;
  const quotedBy = quoted === undefined ? '' : quoted.direction === 'out' ? text('message.you') : nameInSentence(name);
  const time = times.clock(entry.at);
  const written = cameLate(message) ? onCalendar(message.sentAt) : undefined;

  const file = message.file === undefined || message.kind === 'deleted' ? '' : text('files.spoken', { file: plainFileName(message.file.name, 120), size: times.bytes(message.file.size) });
  const reactions = (message.reactions ?? []).map(({ by, emoji }) => text('reaction.by', { emoji, who: by === 'me' ? text('message.you') : nameInSentence(name) }));
  const spoken = [
    props.selected ? text('select.spoken') : '',
    text('message.spoken', { who: sender, time, text: body === '' ? file : plainLine(said, 400) }),
    written === undefined ? '' : text('message.spoken.late', { when: times.when(written, entry.at) }),
    body === '' ? '' : file,
    quoted === undefined ? '' : text('message.spoken.reply', { who: quotedBy, text: saidIn(quoted, text, 80) }),
    message.editedAt === undefined ? '' : text('message.edited'),
    reactions.join(', '),
    message.disappearsAt === undefined ? '' : text('message.disappears', { when: times.dateTime(message.disappearsAt) }),
    message.maybeRepeat === true ? text('message.repeat') : '',
    // What was taken back has nothing that a key opened.
    message.keyEpoch === 0 || message.kind === 'deleted' ? '' : text(own ? 'message.spoken.keyOwn' : 'message.spoken.key', { epoch: message.keyEpoch }),
  ]
    .filter((part) => part !== '')
    .map(asSentence);

  return (
    <article
      className={`message ${own ? 'out' : 'in'}${entry.startsGroup ? ' starts' : ''}${entry.endsGroup ? ' ends' : ''}${props.selected ? ' selected' : ''}`}
      aria-label={heard(spoken.join(' '))}
      tabIndex={inTabOrder ? 0 : -1}
      data-message={message.messageId}
      onFocus={(event) => {
        if (event.target === event.currentTarget) props.onFocus(message.messageId);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        if (event.key === 'Enter') props.onDetails(message.messageId);
        else if (event.key === ' ' && props.selecting) props.onSelect(message.messageId, false);
        else if (event.key === ' ' && isLong(message.text)) setOpen(!open);
        else return;
        event.preventDefault();
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        const link = event.target instanceof Element ? event.target.closest<HTMLElement>('.message-link')?.dataset['url'] : undefined;
        props.onMenu(message, event.currentTarget, new DOMRect(event.clientX, event.clientY, 0, 0), link);
      }}
      onMouseDown={(event) => {
        // With Shift the browser would select words up to here.
        if (!props.selecting || !event.shiftKey) return;
        event.preventDefault();
        event.currentTarget.focus({ preventScroll: true });
      }}
      onClick={(event) => {
        const asInLists = (isMac ? event.metaKey : event.ctrlKey) && event.target instanceof Element && event.target.closest('button, .message-link, a, audio') === null;
        if (props.selecting || asInLists) props.onSelect(message.messageId, props.selecting && event.shiftKey);
      }}
    >
      {props.selecting ? (
        <input
          type="checkbox"
          className="message-check"
          aria-label={text('select.one')}
          tabIndex={inTabOrder ? 0 : -1}
          checked={props.selected}
          onChange={() => props.onSelect(message.messageId, false)}
          // It changes by itself: the press is not the message's as well.
          onClick={(event) => event.stopPropagation()}
        />
      ) : null}
      <div className="bubble">
        {message.replyTo === undefined ? null : (
          <button type="button" className="quote" tabIndex={inTabOrder ? 0 : -1} onClick={() => props.onShowQuoted(message.replyTo ?? '')}>
            {quoted === undefined ? (
              <span className="quote-line">{text('message.earlier')}</span>
            ) : (
              <>
                <bdi className="quote-who">{quotedBy}</bdi>
                <span className="only-heard">: </span>
                <bdi className="quote-line"><CutLine line={saidIn(quoted, text, 140)} /></bdi>
              </>
            )}
          </button>
        )}
        {message.file === undefined || message.kind === 'deleted' ? null : <MessageFile message={message} name={nameInSentence(name)} inTabOrder={inTabOrder} />}
        {message.kind === 'unsupported' || message.kind === 'deleted' ? (
          <p className="message-text faint">{body}</p>
        ) : message.file !== undefined && message.text === '' ? null : (
          <MessageText text={message.text} writtenAt={message.sentAt} marked={props.marked} open={open} onToggle={() => setOpen(!open)} inTabOrder={inTabOrder} />
        )}
        {message.maybeRepeat === true ? <p className="field-hint">{text('message.repeat')}</p> : null}
        <span className="message-foot">
          {message.disappearsAt === undefined ? null : (
            <span className="message-timer" title={text('message.disappears', { when: times.dateTime(message.disappearsAt) })}>
              <Timer aria-hidden="true" />
            </span>
          )}
          {message.editedAt === undefined ? null : <span title={times.dateTime(message.editedAt)}>{text('message.edited')}</span>}
          {written === undefined ? (
            <time dateTime={isoTime(entry.at)} title={times.moment(entry.at)}>{time}</time>
          ) : (
            <time dateTime={isoTime(entry.at)} title={text('message.late.exact', { name: nameInSentence(name), written: times.moment(written), arrived: times.moment(entry.at) })}>
              {text('message.late', { written: times.when(written, entry.at), arrived: time })}
            </time>
          )}
          {own ? <DeliveryState message={message} name={nameInSentence(name)} loud={props.newestOwn} byMailbox={props.byMailbox} /> : null}
        </span>
        <ReactionsRow message={message} name={nameInSentence(name)} inTabOrder={inTabOrder} />
      </div>
      {props.selecting ? null : (
        <span className="message-tools">
          {message.kind === 'deleted' ? null : (
            <button type="button" className="icon-button quiet" tabIndex={inTabOrder ? 0 : -1} aria-label={text('message.reply')} onClick={() => props.onReply(message.messageId)}>
              <ReplyGlyph />
            </button>
          )}
          <button
            type="button"
            className="icon-button quiet"
            tabIndex={inTabOrder ? 0 : -1}
            aria-label={text('message.menu')}
            aria-haspopup="menu"
            onClick={(event) => props.onMenu(message, event.currentTarget)}
          >
            <MoreGlyph />
          </button>
        </span>
      )}
    </article>
  );
});
