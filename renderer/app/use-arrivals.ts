import { useEffect, useRef } from 'react';
import { isPaused } from '../features/contacts/contact-words';
import { saidIn } from '../features/files/said';
import { identityWords } from '../features/conversation/identity-line';
import { useErrorText, useText } from '../i18n/use-text';
import { nameInSentence } from '../ui/strangers';
import type { Contact } from '../../shared/model/contact';
import type { Model } from './model';
import { useContacts, useModel } from './model-context';

/** Says aloud what arrives, and tells by a toast who came in by an invitation or asks to. */
export function useArrivals(): void {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const contacts = useContacts((state) => state.contacts);
  const loaded = useContacts((state) => state.loaded);
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const paused = useRef<ReadonlySet<string> | undefined>(undefined);

  useEffect(
    () =>
      model.client.on((event) => {
        const ui = model.ui.getState();
        if (model.session.getState().phase !== 'open') return;
        if (event.type === 'key.rotated') {
          const moved = model.contacts.getState().contacts.find((one) => one.contactId === event.contactId);
          if (moved === undefined || event.origin === 'first') return;
          ui.announce(text(identityWords({ origin: event.origin, checked: moved.checked }, 1), { name: nameInSentence(moved.name) }));
          return;
        }
        if (event.type === 'contact.request') ui.toast(text('requests.arrived', { name: nameInSentence(event.name) }), 'calm', event.requestId);
        if (event.type !== 'message.received' || event.message.direction !== 'in') return;
        const conversation = model.conversations.getState().conversations.find((one) => one.conversationId === event.conversationId);
        // Who does not want to be told is not, unless they look at it.
        if ((conversation?.mutedUntil ?? 0) > Date.now() && ui.selection?.conversationId !== event.conversationId) return;
        const say = (contact: Contact): void => ui.announce(text('message.announce', { name: nameInSentence(contact.name), text: saidIn(event.message, text, 200) }));
        const contact = contactOf(model, event.conversationId);
        if (contact !== undefined) return say(contact);
        // The first word of somebody who is new comes with them: who they are is asked for first.
        model.background(
          Promise.all([model.conversations.getState().load(), model.contacts.getState().load()]).then(() => {
            const found = contactOf(model, event.conversationId);
            if (found !== undefined && model.session.getState().phase === 'open') say(found);
          }),
        );
      }),
    [model, text],
  );

  // Who asked has an answer, from here or from another own device.
  const asking = useContacts((state) => state.requests);
  const asked = useRef(asking);
  useEffect(() => {
    const over = asked.current.filter(({ requestId }) => !asking.some((one) => one.requestId === requestId));
    asked.current = asking;
    for (const { requestId } of over) model.ui.getState().retract(requestId);
  }, [model, asking]);

  useEffect(() => model.onFailure((failure) => model.ui.getState().toast(errorText(failure), 'danger')), [model, errorText]);

  useEffect(() => {
    if (!loaded) return;
    const before = known.current;
    known.current = new Set(contacts.map((contact) => contact.contactId));
    const pausedBefore = paused.current;
    paused.current = new Set(contacts.filter(isPaused).map((contact) => contact.contactId));
    if (before === undefined) return;
    for (const contact of contacts) {
      // Whoever looks at the conversation sees it there.
      const seen = model.ui.getState().selection?.contactId === contact.contactId;
      if (isPaused(contact) && !seen && pausedBefore?.has(contact.contactId) !== true) model.ui.getState().toast(text('paused.told', { name: nameInSentence(contact.name) }), 'danger');
      // The own side of an invitation is pending at first; who comes in unasked came by an invitation of mine.
      if (before.has(contact.contactId) || contact.pending) continue;
      // Whoever one is just meeting is shown there.
      if (model.ui.getState().dialog === 'nearby') continue;
      model.ui.getState().toast(text('invite.joined', { name: nameInSentence(contact.name) }));
    }
  }, [model, contacts, loaded, text]);
}

/** Whoever this conversation is with, as far as they are known here by now. */
function contactOf(model: Model, conversationId: string): Contact | undefined {
  const contactId = model.conversations.getState().conversations.find((one) => one.conversationId === conversationId)?.contactId;
  return model.contacts.getState().contacts.find((one) => one.contactId === contactId);
}
