import { useEffect, useRef, type ReactNode } from 'react';
import { Radar } from 'lucide-react';
import type { Meeting } from '../../../shared/model/discovery';
import { useContacts, useModel, useNearby, useUi } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { useOpenMet } from './meeting-over';
import { meetingOf } from './nearby-store';
import { useMeetingAnswers } from './use-meeting-answers';

/** Whether there is something to tell of people near while their dialog is closed. */
export function useNearbyTold(): boolean {
  const meeting = useNearby(meetingOf);
  const running = useNearby((state) => state.status?.running ?? false);
  const open = useUi((state) => state.dialog === 'nearby');
  return !open && (running || meeting !== undefined);
}

/** The search goes on while its dialog is closed: nobody may forget that they can be seen. */
export function NearbyBar(): ReactNode {
  const text = useText();
  const { nearby, background } = useModel();
  const status = useNearby((state) => state.status);
  const meeting = useNearby(meetingOf);
  const openDialog = useUi((state) => state.openDialog);
  const show = <Button onPress={() => openDialog('nearby')}>{text('nearby.show')}</Button>;
  if (meeting !== undefined) return <MeetingBar meeting={meeting} show={show} />;
  return (
    <Bar
      tone="calm"
      icon={<Radar aria-hidden="true" />}
      actions={
        <>
          {show}
          <Button kind="quiet" onPress={() => background(nearby.getState().stop().then(focusBack))}>
            {text('nearby.stop')}
          </Button>
        </>
      }
    >
      {text('nearby.bar.running', { name: status?.name ?? '' })}
    </Bar>
  );
}

function MeetingBar({ meeting, show }: { readonly meeting: Meeting; readonly show: ReactNode }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const { answer, busy } = useMeetingAnswers();
  const openDialog = useUi((state) => state.openDialog);
  const putAside = useNearby((state) => state.putAside);
  const contact = useContacts((state) => findContact(state, meeting.contactId));
  const openMet = useOpenMet(putAside);
  const { step } = meeting;
  const name = nameInSentence(meeting.name);
  const icon = <Radar aria-hidden="true" />;
  if (step === 'asked') {
    const accept = async (): Promise<void> => {
      // Not in the place of one that was opened meanwhile.
      if ((await answer(true)) && ui.getState().dialog === undefined) openDialog('nearby');
    };
    return (
      <Bar
        tone="notice"
        icon={icon}
        actions={
          <>
            <Button isPending={busy} onPress={() => void accept()}>
              {text('nearby.accept')}
            </Button>
            <Button kind="quiet" isDisabled={busy} onPress={() => void answer(false).then(focusBack)}>
              {text('nearby.decline')}
            </Button>
          </>
        }
      >
        {text('nearby.asked', { name })}
      </Bar>
    );
  }
  if (step === 'met') {
    const met = nameInSentence(contact?.name ?? meeting.name);
    return (
      <Bar tone="calm" icon={icon} actions={contact === undefined ? show : <Button onPress={() => void openMet(contact.contactId)}>{text('nearby.hello')}</Button>}>
        {text('nearby.met', { name: met })}
      </Bar>
    );
  }
  return (
    <Bar tone={step === 'compare' ? 'notice' : 'calm'} icon={icon} actions={show}>
      {text(`nearby.bar.${step}`, { name })}
    </Bar>
  );
}

/** An ask inside whatever dialog is open: behind it the bar could not be seen. */
export function NearbyAskHere(): ReactNode {
  const text = useText();
  const meeting = useNearby(meetingOf);
  const open = useUi((state) => state.dialog === 'nearby');
  const openDialog = useUi((state) => state.openDialog);
  const { answer, busy } = useMeetingAnswers();
  if (open || meeting?.step !== 'asked') return null;
  return (
    <div className="banner notice" role="alert">
      <Radar aria-hidden="true" />
      <div className="banner-text">{text('nearby.asked', { name: nameInSentence(meeting.name) })}</div>
      <Button onPress={() => openDialog('nearby')}>{text('nearby.show.instead')}</Button>
      <Button kind="quiet" isDisabled={busy} onPress={() => void answer(false)}>
        {text('nearby.decline')}
      </Button>
    </div>
  );
}

/** Says aloud, once each, what happens in a meeting and that the search is over, where no dialog says it. */
export function useNearbySaid(): void {
  const text = useText();
  const { ui, contacts } = useModel();
  const meeting = useNearby(meetingOf);
  const ended = useNearby((state) => state.ended);
  const step = meeting === undefined ? undefined : `${meeting.step} ${meeting.name}`;
  const said = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (step === said.current) return;
    said.current = step;
    if (meeting === undefined || ui.getState().dialog === 'nearby') return;
    const found = findContact(contacts.getState(), meeting.contactId);
    const name = nameInSentence(found?.name ?? meeting.name);
    if (meeting.step === 'asked' || meeting.step === 'met') ui.getState().announce(text(`nearby.${meeting.step}`, { name }));
    // What the person here did just now, `asking` and `waiting`, is no news.
    else if (meeting.step === 'compare' || meeting.step === 'ended') ui.getState().announce(text(`nearby.bar.${meeting.step}`, { name: nameInSentence(meeting.name) }));
  }, [step, meeting, ui, contacts, text]);
  useEffect(() => {
    if ((ended === 'over' || ended === 'broken') && ui.getState().dialog !== 'nearby') ui.getState().toast(text(`nearby.${ended}`));
  }, [ended, ui, text]);
}
