import { useState, type FormEvent, type ReactNode } from 'react';
import { MailOpen, Radar, UserPlus } from 'lucide-react';
import { Form } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { useContacts, useConversations, useModel, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PersonName } from '../../ui/person-name';
import { TextField } from '../../ui/text-field';
import { PersonPicker } from './person-picker';

/** A person, then an optional title: an untitled choice goes to the conversation that is there. */
export function NewConversationDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { ui, conversations } = useModel();
  const close = useCloseDialog();
  const openDialog = useUi((state) => state.openDialog);
  const open = useConversations((state) => state.open);
  const contacts = useContacts((state) => state.contacts);
  const asked = useUi((state) => state.dialogContact);
  const [person, setPerson] = useState<Contact | undefined>(() => contacts.find(({ contactId, ended, reach }) => contactId === asked && ended === undefined && reach !== 'blocked'));
  const [title, setTitle] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();
  const people = contacts
    .filter((contact) => contact.ended === undefined && contact.reach !== 'blocked')
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((contact) => ({ key: contact.contactId, name: contact.name, ownName: contact.ownName, peerId: contact.peerId, note: contact.pending ? text('list.pending') : '' }));

  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (person === undefined || busy) return;
    setBusy(true);
    try {
      const conversationId = await open(person.contactId, title.trim() === '' ? undefined : title.trim());
      await conversations.getState().load();
      if (close()) ui.getState().select({ contactId: person.contactId, conversationId });
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <Dialog title={text('new.title')} onClose={close}>
      {person === undefined ? (
        <>
          <PersonPicker people={people} onPick={(key) => setPerson(contacts.find((contact) => contact.contactId === key))} />
          <section className="new-person divided" aria-labelledby="new-person">
            <h3 className="small-heading" id="new-person">
              {text('new.somebody')}
            </h3>
            <Button icon={<UserPlus aria-hidden="true" />} onPress={() => openDialog('invite')}>
              {text('list.invite')}
            </Button>
            <Button icon={<MailOpen aria-hidden="true" />} onPress={() => openDialog('accept')}>
              {text('list.accept')}
            </Button>
            <Button icon={<Radar aria-hidden="true" />} onPress={() => openDialog('nearby')}>
              {text('nearby.find')}
            </Button>
          </section>
        </>
      ) : (
        <Form className="stack" onSubmit={(event) => void start(event)}>
          <div className="picked">
            <Avatar name={person.name} peerId={person.peerId} />
            <PersonName name={person.name} className="list-name" />
          </div>
          <TextField label={text('new.topic')} value={title} onChange={setTitle} maxLength={128} hint={text('new.topic.hint')} autoFocus />
          {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
          <div className="dialog-actions">
            <Button onPress={() => setPerson(undefined)}>{text('app.back')}</Button>
            <Button kind="main" type="submit" isPending={busy}>
              {text('new.start')}
            </Button>
          </div>
        </Form>
      )}
    </Dialog>
  );
}
