import type { ReactNode } from 'react';
import type { Meeting } from '../../../shared/model/discovery';
import { useContacts, useModel, useNearby } from '../../app/model-context';
import { focusComposer } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { PersonHead } from '../contacts/person-head';
import { useShowContact } from '../conversations/use-show';
import { PageSection } from './page-section';

interface OverProps {
  readonly meeting: Meeting;
  readonly onClose: () => void;
}

/** Goes to the person's conversation, with the cursor where one writes. Who was looked for is found: the search ends. */
export function useOpenMet(onClose: () => void): (contactId: string) => Promise<void> {
  const show = useShowContact();
  const { nearby, background } = useModel();
  return async (contactId) => {
    onClose();
    if (nearby.getState().status?.running === true) background(nearby.getState().stop());
    await show(contactId);
    // After the dialog has given the focus back to where it was opened.
    requestAnimationFrame(() => requestAnimationFrame(focusComposer));
  };
}

export function MeetingMet({ meeting, onClose }: OverProps): ReactNode {
  const text = useText();
  const openMet = useOpenMet(onClose);
  const contact = useContacts((state) => findContact(state, meeting.contactId));
  const name = nameInSentence(contact?.name ?? meeting.name);
  return (
    <PageSection
      title={text('nearby.met', { name })}
      sentence={<p className="lead">{text('nearby.met.text', { name })}</p>}
      before={contact === undefined ? null : <PersonHead contact={contact} />}
    >
      {contact === undefined ? null : (
        <Button kind="main" wide onPress={() => void openMet(contact.contactId)}>
          {text('nearby.hello')}
        </Button>
      )}
    </PageSection>
  );
}

/** Why, what is safe, and one step on. */
export function MeetingEnded({ meeting, onClose }: OverProps): ReactNode {
  const text = useText();
  const { nearby, ui, background } = useModel();
  const openMet = useOpenMet(onClose);
  const running = useNearby((state) => state.status?.running ?? false);
  const { contactId, reason = 'failed' } = meeting;
  const name = nameInSentence(meeting.name);
  const title = reason === 'not-same' || reason === 'other-key' ? text(`nearby.ended.${reason}`) : text('nearby.ended');
  const known = (reason === 'other-key' || reason === 'blocked') && contactId !== undefined;
  const again = (): void => {
    nearby.getState().putAside();
    if (!running) background(nearby.getState().start());
  };
  return (
    <PageSection title={title} sentence={<p className={reason === 'not-same' ? 'plain-warning' : 'lead'}>{text(`nearby.end.${reason}`, { name })}</p>}>
      <div className="dialog-actions">
        {known ? (
          <Button kind="main" onPress={() => void openMet(contactId)}>
            {text('nearby.open')}
          </Button>
        ) : reason === 'too-many' || reason === 'failed' ? (
          <Button
            kind={reason === 'too-many' ? 'main' : 'plain'}
            onPress={() => {
              nearby.getState().putAside();
              ui.getState().openDialog('invite');
            }}
          >
            {text('nearby.invite')}
          </Button>
        ) : null}
        {known || reason === 'too-many' ? null : (
          <Button kind="main" onPress={again}>
            {text(running ? 'nearby.back' : 'nearby.again')}
          </Button>
        )}
      </div>
    </PageSection>
  );
}
