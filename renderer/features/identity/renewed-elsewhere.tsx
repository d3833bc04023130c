import { ShieldAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Identity } from '../../../shared/model/identity';
import { useContacts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { Fingerprint } from '../contacts/fingerprint';

/** Somebody else made a next key with a copy of the own one: what it means, and the one thing that ends it. */
export function RenewedElsewhere({ recovery, other }: { readonly recovery: Identity['recovery']; readonly other: NonNullable<Identity['renewedElsewhere']> }): ReactNode {
  const text = useText();
  const times = useTimes();
  const contact = useContacts((state) => findContact(state, other.contactId));
  const when = times.dateTime(other.seenAt);
  return (
    <Banner tone="danger" icon={<ShieldAlert aria-hidden="true" />}>
      <p>
        <strong>{text('identity.elsewhere.title')}</strong>
      </p>
      <p>{contact === undefined ? text('identity.elsewhere.text', { epoch: other.epoch, when }) : text('identity.elsewhere.by', { name: nameInSentence(contact.name), epoch: other.epoch, when })}</p>
      <Fingerprint value={other.fingerprint} />
      <p>{text(recovery === 'none' ? 'identity.elsewhere.none' : 'identity.elsewhere.do')}</p>
    </Banner>
  );
}
