import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { PersonName } from '../../ui/person-name';
import { whoWord } from '../contacts/contact-words';
import type { Row } from '../conversations/rows';

/** Whom it goes to. */
export function ForwardTo({ row: { contact, conversation } }: { readonly row: Row }): ReactNode {
  const text = useText();
  return (
    <div className="picked">
      <Avatar name={contact.name} peerId={contact.peerId} />
      <div className="picked-words">
        <PersonName name={contact.name} className="list-name" />
        <span className="field-hint">{[conversation?.title ?? '', whoWord(contact, text)].filter((part) => part !== '').join(' · ')}</span>
      </div>
    </div>
  );
}
