import { useEffect, useState, type ReactNode } from 'react';
import type { DiscoveryStatus } from '../../../shared/model/discovery';
import { useModel, useUi } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { PageSection } from './page-section';

/** Looking: own words, who is there, and how long it goes on. */
export function NearbySearch({ status }: { readonly status: DiscoveryStatus }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { nearby, background } = useModel();
  const openDialog = useUi((state) => state.openDialog);
  const [failure, setFailure] = useState<unknown>();
  const [asking, setAsking] = useState<string>();
  const meet = async (nearbyId: string): Promise<void> => {
    setAsking(nearbyId);
    setFailure(undefined);
    try {
      await nearby.getState().meet(nearbyId);
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setAsking(undefined);
    }
  };
  return (
    <PageSection title={text('nearby.you')} sentence={<Left endsAt={status.endsAt} />} before={<p className="nearby-name">{status.name}</p>}>
      <section className="stack tight divided" aria-labelledby="nearby-people">
        <h3 className="small-heading" id="nearby-people">
          {text('nearby.people')}
        </h3>
        {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        {status.people.length === 0 ? (
          <div className="nearby-none">
            <span className="nearby-waves" aria-hidden="true" />
            <p className="field-hint">{text('nearby.people.none')}</p>
          </div>
        ) : (
          <ul className="nearby-people" aria-labelledby="nearby-people">
            {status.people.map((person) => (
              <li key={person.nearbyId} className="nearby-person">
                <span className="nearby-words">{person.name}</span>
                <Button
                  kind="main"
                  aria-label={text('nearby.meet.who', { name: person.name })}
                  isPending={asking === person.nearbyId}
                  isDisabled={asking !== undefined && asking !== person.nearbyId}
                  onPress={() => void meet(person.nearbyId)}
                >
                  {text('nearby.meet')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        {/* Spoken when somebody comes; the countdown is silent. */}
        <p className="only-heard" role="status">
          {status.people.map((person) => person.name).join(', ')}
        </p>
      </section>
      <div className="dialog-actions">
        {status.people.length === 0 ? <Button onPress={() => openDialog('invite')}>{text('nearby.invite')}</Button> : null}
        <Button onPress={() => background(nearby.getState().stop())}>{text('nearby.stop')}</Button>
      </div>
    </PageSection>
  );
}

/** The time that is left; when it is up, what became of the search is asked for once. */
function Left({ endsAt }: { readonly endsAt: number | undefined }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { nearby, background } = useModel();
  const now = useNow(1_000);
  const up = endsAt !== undefined && endsAt <= now;
  useEffect(() => {
    if (up) background(nearby.getState().load());
  }, [up, nearby, background]);
  if (endsAt === undefined) return null;
  return (
    <p className="nearby-left" role="timer" aria-live="off">
      {text('nearby.left', { left: times.timer(endsAt - now) })}
    </p>
  );
}
