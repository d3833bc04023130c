import { useState, type ReactNode } from 'react';
import { useModel, useNearby, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';

/** Nothing runs: what it is, what others will see, and the button. */
export function NearbyIdle(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { nearby } = useModel();
  const openDialog = useUi((state) => state.openDialog);
  const ended = useNearby((state) => state.ended);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const start = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await nearby.getState().start();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="stack" tabIndex={-1} aria-label={text('nearby.title')}>
      {ended === undefined ? null : (
        <p className="plain-warning" role="status">
          {text(`nearby.${ended}`)}
        </p>
      )}
      <p className="lead">{text('nearby.lead')}</p>
      <ul className="plain-list">
        <li>{text('nearby.lead.off')}</li>
        <li>{text('nearby.lead.words')}</li>
        <li>{text('nearby.lead.digits')}</li>
      </ul>
      {failure === undefined ? null : (
        <Banner tone="danger" action={<Button onPress={() => openDialog('invite')}>{text('nearby.invite')}</Button>}>
          {errorText(failure)}
        </Banner>
      )}
      <Button kind="main" wide autoFocus isPending={busy} onPress={() => void start()}>
        {text('nearby.start')}
      </Button>
    </section>
  );
}
