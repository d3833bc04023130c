import { useEffect, useRef, useState, type DragEvent, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useContacts, useModel, usePeople, useUi } from '../../app/model-context';
import { useGoesWithout } from '../../app/use-gone';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { isCovered } from '../../ui/covered';
import { Dialog } from '../../ui/dialog';
import { Disclosure } from '../../ui/disclosure';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { isPaused } from '../contacts/contact-words';
import { OutcomeCard } from './outcome-card';
import { OwnCode } from './own-code';
import { PausedKeys } from './paused-keys';
import { ReadAloud } from './read-aloud';
import { ReadTheirs } from './read-theirs';
import { useFocusKept } from './use-focus-kept';
import { useVerify } from './use-verify';

/** Two people make sure that nobody stands between them. */
export function VerifyDialog(): ReactNode {
  const selection = useUi((state) => state.selection);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const [about] = useState(selection?.contactId);
  const isThere = contact !== undefined && !contact.pending && contact.contactId === about;
  useGoesWithout(isThere);
  if (!isThere) return null;
  return <Verify contact={contact} />;
}

function pictureIn(list: DataTransfer): File | undefined {
  return [...list.files].find((file) => file.type.startsWith('image/')) ?? list.files[0];
}

function Verify({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const model = useModel();
  const close = useUi((state) => state.closeDialog);
  const verifying = useVerify(contact);
  const name = nameInSentence(contact.name);
  const paused = isPaused(contact);
  const trouble = usePeople((state) => state.troubles[contact.contactId]);
  const { contactId, who } = contact;
  useEffect(() => {
    if (paused) model.background(model.people.getState().loadTrouble(contactId));
  }, [model, contactId, paused, who]);

  const box = useFocusKept();
  const sides = useRef<HTMLDivElement>(null);

  // Also where nothing that can be written in has the focus.
  const { readFile, compareCode, compareNumber } = verifying;
  const paste = useRef<(event: ClipboardEvent) => void>(() => undefined);
  useEffect(() => {
    paste.current = (event) => {
      const data = event.clipboardData;
      if (data === null || isCovered(sides.current)) return;
      const file = pictureIn(data);
      const words = data.getData('text/plain').trim();
      const inField = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (file !== undefined) readFile(file);
      else if (/^KEYSHIFT-SAFETY:/i.test(words)) compareCode(words.slice(0, 4096));
      else if (!inField && words !== '') compareNumber(words);
      else return;
      event.preventDefault();
    };
  }, [readFile, compareCode, compareNumber]);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => paste.current(event);
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);

  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    if (isCovered(sides.current)) return;
    const file = pictureIn(event.dataTransfer);
    if (file !== undefined) readFile(file);
  };

  return (
    <Dialog title={text('verify.title', { name })} onClose={close} size="large">
      <div ref={box} tabIndex={-1} className="verify stack" onDragOver={(event) => event.preventDefault()} onDrop={onDrop} data-testid="verify">
        {verifying.compared === undefined ? <p className="lead">{text(paused ? 'verify.lead.paused' : 'verify.lead', { name })}</p> : null}
        {verifying.compared === undefined ? null : <OutcomeCard compared={verifying.compared} name={name} onAgain={verifying.again} onClose={close} />}
        {verifying.fault === undefined ? null : <Banner tone="danger">{verifying.fault}</Banner>}
        <div className="verify-sides" ref={sides}>
          <OwnCode contact={contact} name={name} />
          <ReadTheirs name={name} verifying={verifying} paused={paused} />
        </div>
        {paused && trouble !== undefined ? <PausedKeys contact={contact} name={name} trouble={trouble} /> : null}
        {paused ? null : <Disclosure label={text('verify.aloud')}>{() => <ReadAloud contact={contact} name={name} onSaid={verifying.said} />}</Disclosure>}
      </div>
    </Dialog>
  );
}
