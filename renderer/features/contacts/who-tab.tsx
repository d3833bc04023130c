import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { nameInSentence } from '../../ui/strangers';
import { useCopy } from '../../ui/use-copy';
import { isBlocked, whoSentence } from './contact-words';
import { KeyHistory } from './key-history';
import { PersonRights, RemovePerson, RenamePerson } from './person-changes';
import { PersonHead } from './person-head';
import { PersonTalks } from './person-talks';
import { SafetyNumber } from './safety-number';
import { TrustFacts } from './trust-facts';

export function WhoTab({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const name = nameInSentence(contact.name);
  return (
    <div className="stack">
      <PersonHead contact={contact}>
        <RenamePerson contact={contact} />
      </PersonHead>
      {contact.pending ? <p className="sentence">{whoSentence(contact, text)}</p> : null}
      <PersonTalks contact={contact} />
      <TrustFacts contact={contact} />
      <SafetyNumber key={contact.contactId} contact={contact} />
      <PersonRights contact={contact} />
      <KeyHistory contact={contact} />
      <Disclosure label={text('who.peerId')}>
        {() => (
          <div className="stack tight">
            <code className="peer-id">{contact.peerId.match(/.{1,4}/g)?.join(' ')}</code>
            <p className="field-hint">{text('who.peerId.hint')}</p>
            <div className="dialog-actions start">
              <Button onPress={() => void copy(contact.peerId)}>{text('who.copyPeerId')}</Button>
            </div>
          </div>
        )}
      </Disclosure>
      <EndSection contact={contact} name={name} />
    </div>
  );
}

/** What ends it, for a while or for good; nothing else stands beside it. */
function EndSection({ contact, name }: { readonly contact: Contact; readonly name: string }): ReactNode {
  const text = useText();
  const setBlocked = useSetBlocked();
  const blocked = isBlocked(contact);
  return (
    <section className="stack tight divided">
      <p className="field-hint">{text(blocked ? 'who.unblock.text' : 'who.block.text', { name })}</p>
      <div className="dialog-actions start">
        <Button kind={blocked ? 'plain' : 'danger'} onPress={() => void setBlocked(contact, !blocked)}>
          {text(blocked ? 'who.unblock' : 'who.block')}
        </Button>
        <RemovePerson contact={contact} name={name} />
      </div>
    </section>
  );
}

/** Blocks or unblocks and says so; it can be undone, so nothing is asked. */
export function useSetBlocked(): (contact: Contact, blocked: boolean) => Promise<void> {
  const text = useText();
  const errorText = useErrorText();
  const { contacts, ui } = useModel();
  return async (contact, blocked) => {
    try {
      await contacts.getState().setBlocked(contact.contactId, blocked);
      ui.getState().toast(text(blocked ? 'who.blocked' : 'who.unblocked', { name: nameInSentence(contact.name) }));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };
}
