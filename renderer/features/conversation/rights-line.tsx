import { Hand } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { rightsTaken, useSetRights } from '../contacts/use-set-rights';

/** Above the composer: what this person may not do, as nothing comes of it and they are not told either. */
export function RightsLine({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const { anyOf } = useTimes();
  const setRights = useSetRights(contact);
  const taken = rightsTaken(contact);
  return taken.length === 0 ? null : (
    <p className="composer-line">
      <Hand aria-hidden="true" />
      <span>{text('composer.rights', { name: nameInSentence(contact.name), what: anyOf(taken.map((right) => text(`rights.to.${right}`))) })}</span>
      <Button kind="quiet" onPress={() => setRights(taken, true)}>
        {text('composer.rights.give')}
      </Button>
    </p>
  );
}
