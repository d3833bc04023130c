import type { ReactNode } from 'react';
import type { Meeting } from '../../../shared/model/discovery';
import { useNearby } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { Digits } from './digits';
import { MeetingEnded, MeetingMet } from './meeting-over';
import { PageSection } from './page-section';
import { useMeetingAnswers } from './use-meeting-answers';

/** The meeting, step by step, until both are contacts or it came to nothing. */
export function MeetingPage({ meeting, onClose }: { readonly meeting: Meeting; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const own = useNearby((state) => state.status?.name ?? '');
  const { busy, answer, confirm } = useMeetingAnswers();
  const name = nameInSentence(meeting.name);
  switch (meeting.step) {
    case 'asking':
      return (
        <PageSection title={text('nearby.asking', { name })} sentence={<p className="lead">{text('nearby.asking.text', { own })}</p>}>
          <span className="nearby-waves" aria-hidden="true" />
          <div className="dialog-actions">
            <Button isPending={busy} onPress={() => void answer(false)}>
              {text('nearby.cancel')}
            </Button>
          </div>
        </PageSection>
      );
    case 'asked':
      return (
        <PageSection title={text('nearby.asked', { name })} sentence={<p className="lead">{text('nearby.asked.text')}</p>}>
          <div className="dialog-actions">
            <Button isDisabled={busy} onPress={() => void answer(false)}>
              {text('nearby.decline')}
            </Button>
            <Button kind="main" isPending={busy} onPress={() => void answer(true)}>
              {text('nearby.accept')}
            </Button>
          </div>
        </PageSection>
      );
    case 'compare':
      return (
        <PageSection title={text('nearby.compare')} sentence={<p className="lead">{text('nearby.compare.text')}</p>} before={<Digits digits={meeting.digits ?? ''} />}>
          <div className="dialog-actions even">
            <Button isDisabled={busy} onPress={() => void confirm(false)}>
              {text('nearby.different')}
            </Button>
            <Button kind="main" isPending={busy} onPress={() => void confirm(true)}>
              {text('nearby.same')}
            </Button>
          </div>
        </PageSection>
      );
    case 'waiting':
      return (
        <PageSection title={text('nearby.waiting')} sentence={<p className="lead">{text('nearby.waiting.text', { name })}</p>} before={<Digits digits={meeting.digits ?? ''} />}>
          <div className="dialog-actions">
            <Button isDisabled={busy} onPress={() => void confirm(false)}>
              {text('nearby.different')}
            </Button>
          </div>
        </PageSection>
      );
    case 'met':
      return <MeetingMet meeting={meeting} onClose={onClose} />;
    case 'ended':
      return <MeetingEnded meeting={meeting} onClose={onClose} />;
    default:
      return meeting.step satisfies never;
  }
}
