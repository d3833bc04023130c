import { useRef, type ReactNode } from 'react';
import type { Meeting } from '../../../shared/model/discovery';
import { useModel, useNearby, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Dialog } from '../../ui/dialog';
import { usePageFocus } from '../devices/use-page-focus';
import { MeetingPage } from './meeting-page';
import { NearbyIdle } from './nearby-idle';
import { isOver, meetingOf } from './nearby-store';
import { NearbySearch } from './nearby-search';

/** People near: off, looking, or the one meeting under way. Closing the dialog ends nothing. */
export function NearbyDialog(): ReactNode {
  const text = useText();
  const { nearby } = useModel();
  const close = useUi((state) => state.closeDialog);
  const status = useNearby((state) => state.status);
  const meeting = useNearby(meetingOf);
  const page = pageOf(meeting, status?.running ?? false);
  const body = useRef<HTMLDivElement>(null);
  usePageFocus(body, page === 'idle' ? undefined : page);

  const closeSeen = (): void => {
    if (meeting !== undefined && isOver(meeting)) nearby.getState().putAside();
    close();
  };
  return (
    <Dialog title={text('nearby.title')} onClose={closeSeen}>
      <div ref={body} className="stack">
        {meeting !== undefined ? <MeetingPage meeting={meeting} onClose={closeSeen} /> : status?.running === true ? <NearbySearch status={status} /> : <NearbyIdle />}
      </div>
    </Dialog>
  );
}

function pageOf(meeting: Meeting | undefined, running: boolean): string {
  if (meeting !== undefined) return `${meeting.step} ${meeting.name}`;
  return running ? 'search' : 'idle';
}
