import { useState, type ReactNode } from 'react';
import type { Identity } from '../../../shared/model/identity';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useFailure, useGone } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { RecoverDialog } from './recover-dialog';

/** The way back after a theft: the recovery key, from this device to paper, and what its code does. */
export function RecoverySection({ recovery }: { readonly recovery: Identity['recovery'] }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, ui } = useModel();
  const isGone = useGone();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState<string>();
  const [failure, setFailure] = useFailure();
  const [asking, setAsking] = useState<'away' | 'recover'>();

  const place = useFocusIfLost<HTMLElement>(recovery);

  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { path } = await client.identity.saveRecoveryKit();
      if (isGone()) ui.getState().toast(text('recovery.saved', { path }));
      else setSaved(path);
    } catch (thrown) {
      // Who gives the dialog up knows it.
      if (toFailure(thrown).code !== 'path.required') setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="stack tight divided" aria-labelledby="identity-recovery" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="identity-recovery">
        {text('recovery.title')}
      </h3>
      <p className="field-hint">{text(`recovery.${recovery}`)}</p>
      {saved === undefined ? null : (
        <div role="status">
          <Banner tone="calm">{text('recovery.saved', { path: saved })}</Banner>
        </div>
      )}
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      {recovery === 'kept' ? (
        <div className="dialog-actions start">
          <Button isPending={busy} onPress={() => void save()}>
            {text('recovery.save')}
          </Button>
          <Button onPress={() => setAsking('away')}>{text('recovery.printed')}</Button>
        </div>
      ) : null}
      {recovery === 'none' ? null : (
        <>
          <p className="field-hint">{text('recovery.use.text')}</p>
          <div className="dialog-actions start">
            <Button onPress={() => setAsking('recover')}>{text('recovery.use')}</Button>
          </div>
        </>
      )}
      {asking === 'away' ? <AwayDialog saved={saved !== undefined} onClose={() => setAsking(undefined)} onDone={() => setSaved(undefined)} /> : null}
      {asking === 'recover' ? <RecoverDialog onClose={() => setAsking(undefined)} /> : null}
    </section>
  );
}

interface AwayDialogProps {
  /** The kit was saved while this page was open. The sheet may be older than that: it is a word of warning, no lock. */
  readonly saved: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asked because it cannot be undone. */
function AwayDialog({ saved, onClose, onDone }: AwayDialogProps): ReactNode {
  const text = useText();
  const { client, identity } = useModel();
  const forget = async (): Promise<void> => {
    await client.identity.forgetRecoveryKey();
    await identity.getState().load();
    onDone();
  };
  return (
    <ActDialog title={text('recovery.away.title')} keep={text('recovery.away.keep')} act={text('recovery.away.do')} run={forget} done={text('recovery.away.done')} onClose={onClose}>
      {saved ? null : <p className="plain-warning">{text('recovery.away.unsaved')}</p>}
      <ul className="plain-list">
        <li>{text('recovery.away.only')}</li>
        <li>{text('recovery.away.lost')}</li>
        <li>{text('recovery.away.found')}</li>
      </ul>
    </ActDialog>
  );
}
