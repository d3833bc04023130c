import { useEffect, useRef, type ReactNode } from 'react';
import type { SearchHit } from '../../../shared/model/search';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from '../conversations/conversations-store';
import { useContacts, useConversations } from '../../app/model-context';
import { isoTime, onCalendar } from '../../i18n/on-calendar';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { nameInSentence, plainLine, plainName } from '../../ui/strangers';
import { MarkedText } from './marked-text';

export interface HitItemProps {
  readonly hit: SearchHit;
  readonly query: string;
  readonly marked: boolean;
  readonly now: number;
  readonly times: Times;
  readonly onGo: () => void;
}

export function HitItem({ hit, query, marked, now, times, onGo }: HitItemProps): ReactNode {
  const text = useText();
  const conversation = useConversations((state) => findConversation(state, hit.conversationId));
  const contact = useContacts((state) => findContact(state, conversation?.contactId));
  const name = contact?.name ?? '';
  const sentAt = onCalendar(hit.sentAt);
  const item = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (marked) item.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return (
    <li>
      <button type="button" ref={item} className={marked ? 'search-hit marked' : 'search-hit'} onClick={onGo}>
        <span className="search-hit-head">
          <bdi className="list-name">{hit.direction === 'out' ? text('search.by', { who: text('message.you'), name: nameInSentence(name) }) : plainName(name)}</bdi>
          {conversation === undefined || conversation.title === '' ? null : <bdi className="picker-note">{plainName(conversation.title)}</bdi>}
          <time dateTime={isoTime(hit.sentAt)}>{`${times.day(sentAt, now)}, ${times.clock(sentAt)}`}</time>
        </span>
        <span className="search-hit-text" dir="auto">
          <MarkedText text={plainLine(hit.snippet, 220)} query={query} />
        </span>
      </button>
    </li>
  );
}
