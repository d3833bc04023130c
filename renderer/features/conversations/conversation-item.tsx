import { memo, useEffect, type ReactNode } from 'react';
import { BellOff, Pin } from 'lucide-react';
import type { Conversation } from '../../../shared/model/conversation';
import { useModel, useSettings } from '../../app/model-context';
import type { TextId } from '../../i18n/messages';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { DeliveryGlyph } from '../../ui/delivery-glyph';
import { ReachGlyph } from '../../ui/icons';
import { CutLine } from '../../ui/cut-line';
import { PersonName } from '../../ui/person-name';
import { isLikeName, plainFileName, plainLine, plainName } from '../../ui/strangers';
import { isPaused } from '../contacts/contact-words';
import { deliveryWords } from '../conversation/delivery-words';
import { isConnected, useWay } from '../network/way';
import { isUnread, type Row } from './rows';
import { UnreadMark } from './unread-mark';

export interface ConversationItemProps {
  readonly row: Row;
  readonly selected: boolean;
  readonly inTabOrder: boolean;
  readonly now: number;
  readonly times: Times;
  readonly onShow: (row: Row) => void;
  readonly onMenu: (row: Row, anchor: HTMLElement) => void;
}

/** What stands where the newest message has no words. */
function withoutWords(conversation: Conversation | undefined): TextId {
  if (conversation?.preview === undefined) return 'list.noMessages';
  const { newest } = conversation;
  if (newest?.kind === 'deleted') return newest.direction === 'out' ? 'list.deleted.own' : 'list.deleted';
  return newest?.kind === 'unsupported' ? 'list.unsupported' : 'list.gone';
}

export const ConversationItem = memo(function ConversationItem({ row, selected, inTabOrder, now, times, onShow, onMenu }: ConversationItemProps): ReactNode {
  const text = useText();
  const model = useModel();
  const { contact, conversation } = row;
  const way = useWay(contact);
  const picturesOnly = useSettings((state) => state.settings.listWidth === 0);
  const wholeList = useSettings((state) => state.settings.wholeList);
  const title = conversation?.title ?? '';
  const unread = conversation?.unread ?? 0;
  const at = conversation?.lastMessageAt;
  const said = conversation?.preview ?? '';
  const preview = isLikeName(said) ? plainFileName(said, 120) : plainLine(said, 120);
  const condition =
    contact.ended !== undefined
      ? text('list.ended')
      : contact.reach === 'blocked'
        ? text('list.blocked')
        : contact.pending
          ? text('list.pending')
          : isPaused(contact)
            ? text('list.paused')
            : conversation?.state === 'failed'
              ? text('list.failed')
              : undefined;
  // Why nothing moves is worth more than the last words.
  const draft = selected ? '' : plainLine(conversation?.draft?.text ?? '', 120);
  const muted = (conversation?.mutedUntil ?? 0) > now;
  const line = condition ?? (draft !== '' ? draft : undefined) ?? (preview !== '' ? preview : text(withoutWords(conversation)));
  const isDraft = condition === undefined && draft !== '';
  const isOwn = condition === undefined && !isDraft && preview !== '' && conversation?.lastBy === 'me';
  const state = isOwn ? conversation.newest?.state : undefined;
  // Of a line further down the list says only whose it is. Where all of a long one are drawn, they would all ask at once.
  const lacksState = isOwn && state === undefined && !wholeList;
  const conversationId = conversation?.conversationId;
  useEffect(() => {
    if (lacksState && conversationId !== undefined) model.background(model.conversations.getState().changed(conversationId));
  }, [model, lacksState, conversationId]);
  // What is seen, as one name: put together from its parts it would be read with a gap before each comma.
  const spoken = [
    plainName(contact.name),
    at === undefined ? '' : times.brief(at, now),
    title === '' ? '' : plainName(title),
    isDraft ? `${text('list.draft')} ${line}` : isOwn ? `${text('list.you')} ${line}` : line,
    state === undefined ? '' : text(deliveryWords({ state })),
    muted ? text('list.muted') : '',
    conversation?.pinned === true ? text('list.pinned') : '',
    unread > 0 ? `${unread > 99 ? '99+' : unread} ${text('list.unreadWord')}` : isUnread(conversation) ? text('list.markedUnread') : '',
    isConnected(way) ? `${text('reach.label')}: ${text(`reach.${way}`)}` : '',
  ].filter((part) => part !== '');
  return (
    <button
      type="button"
      data-row={row.key}
      className={`list-item${selected ? ' selected' : ''}${isUnread(conversation) ? ' unread' : ''}`}
      aria-current={selected ? 'page' : undefined}
      tabIndex={inTabOrder ? 0 : -1}
      title={picturesOnly ? [contact.name, title].filter((part) => part !== '').map(plainName).join(', ') : undefined}
      onClick={() => onShow(row)}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(row, event.currentTarget);
      }}
    >
      <Avatar name={contact.name} peerId={contact.peerId} />
      <span className="list-words" aria-hidden="true">
        <span className="list-top">
          <PersonName name={contact.name} className="list-name" />
          {at === undefined ? null : <time className="list-time">{times.brief(at, now)}</time>}
        </span>
        <span className="list-bottom">
          {title === '' ? null : <bdi className="list-title">{plainName(title)}</bdi>}
          {isDraft ? <span className="list-draft">{text('list.draft')}</span> : null}
          {isOwn ? <span className="list-whose">{text('list.you')}</span> : null}
          <bdi className={line === draft || line === preview ? 'list-preview' : 'list-preview faint'}><CutLine line={line} /></bdi>
          {state === undefined ? null : (
            <span className="list-mark" data-state={state}>
              <DeliveryGlyph state={state} />
            </span>
          )}
          {muted ? (
            <span className="list-mark">
              <BellOff aria-hidden="true" />
            </span>
          ) : null}
          {conversation?.pinned === true ? (
            <span className="list-mark">
              <Pin aria-hidden="true" />
            </span>
          ) : null}
          {isUnread(conversation) ? <UnreadMark unread={unread} calm={muted} /> : null}
          {isConnected(way) ? (
            <span className={`list-reach reach-${way}`}>
              <ReachGlyph reach={way} />
            </span>
          ) : null}
        </span>
      </span>
      <span className="only-heard">{spoken.join(', ')}</span>
    </button>
  );
});
