import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { SwitchField } from '../../ui/switch-field';
import { TextField } from '../../ui/text-field';
import { rights, useSetRights } from './use-set-rights';

/** As long as a name may be, in UTF-16 units. */
const longestName = 64;

/** What this person is called here, and another name for them. */
export function RenamePerson({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      {contact.ownName === undefined ? null : <p className="field-hint">{text('person.ownName', { ownName: nameInSentence(contact.ownName) })}</p>}
      <Button kind="quiet" onPress={() => setOpen(true)}>
        {text('person.rename')}
      </Button>
      {open ? <RenameDialog contact={contact} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** Takes this person out of the list. */
export function RemovePerson({ contact, name }: { readonly contact: Contact; readonly name: string }): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="danger" onPress={() => setOpen(true)}>
        {text('person.remove')}
      </Button>
      {open ? <RemoveDialog contact={contact} name={name} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** What this person may do; nothing to say while they have not answered. */
export function PersonRights({ contact }: { readonly contact: Contact }): ReactNode {
  return contact.pending ? null : <Rights contact={contact} name={nameInSentence(contact.name)} />;
}

function Rights({ contact, name }: { readonly contact: Contact; readonly name: string }): ReactNode {
  const text = useText();
  const set = useSetRights(contact);
  return (
    <section className="stack tight">
      <h2 className="small-heading">{text('person.rights', { name })}</h2>
      {rights.map((right) => (
        <SwitchField key={right} label={text(`person.rights.${right}`)} on={contact.permissions[right]} onChange={(on) => set([right], on)} />
      ))}
      <p className="field-hint">{text('person.rights.text', { name })}</p>
    </section>
  );
}

function RenameDialog({ contact, onClose }: { readonly contact: Contact; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, contacts } = useModel();
  const ownName = contact.ownName ?? contact.name;
  const [wanted, setWanted] = useState(contact.ownName === undefined ? '' : contact.name);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await client.contacts.rename({ contactId: contact.contactId, name: wanted.trim() });
      await contacts.getState().load();
      close();
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  return (
    <Dialog title={text('person.rename.title', { name: nameInSentence(ownName) })} onClose={onClose}>
      <Form className="stack" onSubmit={(event) => void rename(event)} autoComplete="off">
        <TextField
          label={text('person.rename.label')}
          value={wanted}
          onChange={(typed) => {
            setWanted(typed);
            setFailure(undefined);
          }}
          hint={text('person.rename.hint', { name: nameInSentence(ownName) })}
          error={failure === undefined ? undefined : errorText(failure)}
          maxLength={longestName}
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit">
            {text('person.rename.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** Asked because it cannot be undone. */
function RemoveDialog({ contact, name, onClose }: { readonly contact: Contact; readonly name: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { client, contacts, conversations, ui } = useModel();
  const remove = async (): Promise<void> => {
    await client.contacts.remove({ contactId: contact.contactId });
    // Somebody else may be shown by now.
    if (ui.getState().selection?.contactId === contact.contactId) ui.getState().deselect();
    await Promise.all([contacts.getState().load(), conversations.getState().load()]);
  };
  return (
    <ActDialog
      title={text('person.remove.title', { name })}
      keep={text('person.remove.keep', { name })}
      act={text('person.remove.do', { name })}
      run={remove}
      done={text('person.removed', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('person.remove.loss')}</li>
        <li>{text('person.remove.unsent', { name })}</li>
        <li>{text('person.remove.theirs', { name })}</li>
        <li>{text('person.remove.block', { name })}</li>
      </ul>
    </ActDialog>
  );
}
