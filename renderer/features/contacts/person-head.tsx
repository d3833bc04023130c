import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { WhoGlyph } from '../../ui/icons';
import { PersonName } from '../../ui/person-name';
import { whoWord } from './contact-words';

/** Who somebody is, large: picture, name, and how sure that is. */
export function PersonHead({ contact, children }: { readonly contact: Contact; readonly children?: ReactNode }): ReactNode {
  const text = useText();
  return (
    <div className="person">
      <Avatar name={contact.name} peerId={contact.peerId} size="large" />
      <PersonName name={contact.name} className="person-name" />
      <span className={`fact still who-${contact.who}`}>
        <WhoGlyph who={contact.who} />
        {whoWord(contact, text)}
      </span>
      {children}
    </div>
  );
}
