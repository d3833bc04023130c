import { useState, type ReactNode } from 'react';
import { ChevronLeft, Ellipsis, PanelRight, Search } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { useConversations, useUi } from '../../app/model-context';
import { focusList } from '../../app/panes';
import { useKeyLabel } from '../../app/use-shortcut-keys';
import { heard } from '../../i18n/heard';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { ReachGlyph, WhoGlyph } from '../../ui/icons';
import { PersonName } from '../../ui/person-name';
import { plainName } from '../../ui/strangers';
import { whoWord } from '../contacts/contact-words';
import { ConversationMenu } from '../conversations/conversation-menu';
import { findConversation } from '../conversations/conversations-store';
import { KeyBadge } from '../keys/key-badge';
import { useWay } from '../network/way';

/** Name, and the three facts: who, keys, reach. Each its own shape and word, never one shield. */
export function ConversationHeader({ contact, conversationId, title }: { readonly contact: Contact; readonly conversationId: string | undefined; readonly title: string }): ReactNode {
  const text = useText();
  const keyLabel = useKeyLabel();
  const back = useUi((state) => state.back);
  const detailsOpen = useUi((state) => state.detailsOpen);
  const toggleDetails = useUi((state) => state.toggleDetails);
  const openDialog = useUi((state) => state.openDialog);
  const showDetails = useUi((state) => state.showDetails);
  const way = useWay(contact);
  const now = useNow();
  const conversation = useConversations((state) => findConversation(state, conversationId));
  const [menu, setMenu] = useState<HTMLElement>();
  return (
    <header className="conversation-head">
      <span className="back-button">
        <IconButton
          label={text('app.back')}
          onPress={() => {
            back();
            focusList();
          }}
        >
          <ChevronLeft aria-hidden="true" />
        </IconButton>
      </span>
      <Avatar name={contact.name} peerId={contact.peerId} />
      <div className="head-words">
        <h1 className="head-name">
          <PersonName name={contact.name} />
          {title === '' ? null : <bdi className="head-title">{plainName(title)}</bdi>}
        </h1>
        <div className="facts-row">
          <Button className={`fact who-${contact.who}`} aria-label={`${text('who.label')}: ${whoWord(contact, text)}`} onPress={() => showDetails('who')}>
            <WhoGlyph who={contact.who} />
            <span>{whoWord(contact, text)}</span>
          </Button>
          <KeyBadge contact={contact} conversationId={conversationId} />
          <Button className={`fact reach-${way}`} aria-label={heard(`${text('reach.label')}: ${text(`reach.${way}`)}`)} onPress={() => showDetails('reach')}>
            <ReachGlyph reach={way} />
            <span>{text(`reach.${way}`)}</span>
          </Button>
        </div>
      </div>
      {conversation === undefined ? null : (
        <IconButton label={text('search.here')} shortcut={keyLabel('find')} onPress={() => openDialog('find')}>
          <Search aria-hidden="true" />
        </IconButton>
      )}
      {conversation === undefined ? null : (
        <button type="button" className="icon-button quiet" aria-label={text('talk.menu')} aria-haspopup="menu" onClick={(event) => setMenu(event.currentTarget)}>
          <Ellipsis aria-hidden="true" />
        </button>
      )}
      {conversation === undefined || menu === undefined ? null : <ConversationMenu row={{ key: conversation.conversationId, contact, conversation }} anchor={menu} now={now} onClose={() => setMenu(undefined)} />}
      <IconButton label={text('conversation.details')} shortcut={keyLabel('details')} aria-expanded={detailsOpen} onPress={toggleDetails}>
        <PanelRight aria-hidden="true" />
      </IconButton>
    </header>
  );
}
