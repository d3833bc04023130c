import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { shortestPassphrase } from '../onboarding/passphrase-strength';
import { StrengthHint } from '../onboarding/strength-hint';

export function PassphraseForm(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, ui } = useModel();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const short = Array.from(next).length < shortestPassphrase ? text('onboarding.error.short') : undefined;
  const differs = next !== repeated ? text('onboarding.error.differs') : undefined;
  const wrong = failure !== undefined && toFailure(failure).code === 'vault.wrong-passphrase';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || old === '' || short !== undefined || differs !== undefined) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await client.vault.changePassphrase({ old, new: next });
      setOld('');
      setNext('');
      setRepeated('');
      setTried(false);
      ui.getState().toast(text('settings.passphrase.changed'));
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form className="stack divided" onSubmit={(event) => void submit(event)}>
      <h3 className="small-heading">{text('settings.passphrase')}</h3>
      <TextField label={text('settings.passphrase.old')} value={old} onChange={setOld} error={wrong ? errorText(failure) : undefined} autoComplete="current-password" secret />
      <TextField label={text('settings.passphrase.new')} value={next} onChange={setNext} hint={<StrengthHint passphrase={next} />} error={tried ? short : undefined} autoComplete="new-password" secret />
      <TextField label={text('settings.passphrase.repeat')} value={repeated} onChange={setRepeated} error={tried ? differs : undefined} autoComplete="new-password" secret />
      {failure === undefined || wrong ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions start">
        <Button type="submit" isPending={busy}>
          {text('settings.passphrase.change')}
        </Button>
      </div>
    </Form>
  );
}
